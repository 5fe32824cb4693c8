// A double of socket.io-client-cpp 3: the declarations that docs/clients/cpp.md uses, and what the library does behind
// them, so that the guide's program can be built and run where the library is not installed. As in the library: WebSocket
// only, the handshake in the query, attachments sent as binary frames, and an abort at the first one that comes.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace sio {

class message {
public:
    enum flag { flag_integer, flag_double, flag_string, flag_binary, flag_array, flag_object, flag_boolean, flag_null };
    using ptr = std::shared_ptr<message>;

    class list {
    public:
        list(std::nullptr_t = nullptr) {}
        list(ptr const& one) : items{one} {}
        list(std::string const& text);
        list(std::shared_ptr<const std::string> const& binary);
        list(std::shared_ptr<std::string> const& binary) : list(std::shared_ptr<const std::string>(binary)) {}
        std::vector<ptr> items;
    };

    explicit message(flag kind) : flag_(kind) {}
    flag get_flag() const { return flag_; }
    int64_t get_int() const { return assert(flag_ == flag_integer), number; }
    bool get_bool() const { return assert(flag_ == flag_boolean), number != 0; }
    std::string const& get_string() const { return assert(flag_ == flag_string), text; }
    std::shared_ptr<const std::string> const& get_binary() const { return assert(flag_ == flag_binary), binary; }
    std::vector<ptr>& get_vector() { return assert(flag_ == flag_array), items; }
    std::map<std::string, ptr>& get_map() { return assert(flag_ == flag_object), members; }

    int64_t number = 0;
    std::string text;
    std::shared_ptr<const std::string> binary;
    std::vector<ptr> items;
    std::map<std::string, ptr> members;

private:
    flag flag_;
};

struct object_message {
    static message::ptr create() { return std::make_shared<message>(message::flag_object); }
};

struct string_message {
    static message::ptr create(std::string const& text) {
        auto made = std::make_shared<message>(message::flag_string);
        made->text = text;
        return made;
    }
};

inline message::list::list(std::string const& text) : items{string_message::create(text)} {}
inline message::list::list(std::shared_ptr<const std::string> const& binary) {
    auto made = std::make_shared<message>(message::flag_binary);
    made->binary = binary;
    items.push_back(made);
}

class event {
public:
    explicit event(message::ptr message) : message_(std::move(message)) {}
    message::ptr const& get_message() const { return message_; }

private:
    message::ptr message_;
};

// JSON as the server writes it. Numbers are whole here, as all that the program reads are.
class reader {
public:
    explicit reader(std::string const& json) : at_(json.c_str()) {}

    message::ptr value() {
        if (*at_ == '{') return object();
        if (*at_ == '[') return array();
        if (*at_ == '"') return string_message::create(string());
        bool const is_word = *at_ == 't' || *at_ == 'f' || *at_ == 'n';
        auto made = std::make_shared<message>(!is_word      ? message::flag_integer
                                              : *at_ == 'n' ? message::flag_null
                                                            : message::flag_boolean);
        made->number = is_word ? *at_ == 't' : std::strtoll(at_, nullptr, 10);
        while (*at_ && *at_ != ',' && *at_ != '}' && *at_ != ']') ++at_;
        return made;
    }

private:
    message::ptr object() {
        auto made = object_message::create();
        for (++at_; *at_ != '}'; at_ += *at_ == ',') {
            auto const key = string();
            ++at_;  // the colon
            made->members[key] = value();
        }
        ++at_;
        return made;
    }

    message::ptr array() {
        auto made = std::make_shared<message>(message::flag_array);
        for (++at_; *at_ != ']'; at_ += *at_ == ',') made->items.push_back(value());
        ++at_;
        return made;
    }

    std::string string() {
        std::string read;
        for (++at_; *at_ != '"'; ++at_) {
            bool const is_escaped = *at_ == '\\';
            if (is_escaped && *++at_ == 'u') at_ += 4, read += '?';
            else read += is_escaped && *at_ == 'n' ? '\n' : *at_;
        }
        ++at_;
        return read;
    }

    char const* at_;
};

class client;

class socket {
public:
    using event_listener = std::function<void(event&)>;
    using error_listener = std::function<void(message::ptr const&)>;

    explicit socket(client* owner) : client_(owner) {}
    void on(std::string const& name, event_listener const& act) { listeners_[name] = act; }
    void on_error(error_listener const& act) { error_ = act; }
    void emit(std::string const& name, message::list const& data = nullptr);

private:
    friend class client;
    client* client_;
    std::map<std::string, event_listener> listeners_;
    error_listener error_;
};

class client {
public:
    ~client() { sync_close(); }
    void set_open_listener(std::function<void()> const& act) { open_ = act; }
    std::shared_ptr<sio::socket> const& socket() { return socket_ ? socket_ : socket_ = std::make_shared<sio::socket>(this); }

    void connect(std::string const& uri, std::map<std::string, std::string> const& query) {
        thread_ = std::thread([this, uri, query] { run(uri, query); });
    }

    void sync_close() {
        if (!thread_.joinable()) return;
        send(1, "41");
        send(8, std::string("\x03\xe8", 2));
        shutdown(fd_, SHUT_WR);
        thread_.join();
    }

private:
    friend class sio::socket;

    void run(std::string const& uri, std::map<std::string, std::string> const& query) {
        auto const colon = uri.rfind(':');
        std::string target = "/socket.io/?EIO=4&transport=websocket&t=1732270000";
        for (auto const& [key, value] : query) target += "&" + key + "=" + value;
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<uint16_t>(std::atoi(uri.c_str() + colon + 1)));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
        write("GET " + target + " HTTP/1.1\r\nConnection: Upgrade\r\nHost: localhost\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n"
              "User-Agent: WebSocket++/0.8.2\r\n\r\n");
        std::string head;
        while (head.find("\r\n\r\n") == std::string::npos) head += read(1);
        send(1, "40");
        socket();
        if (open_) open_();
        while (listen()) {}
        close(fd_);
    }

    // One frame; false where the connection is over.
    bool listen() {
        auto const first = read(2);
        if (first.size() < 2) return false;
        uint64_t size = first[1] & 0x7f;
        if (size >= 126) {
            auto const longer = read(size == 126 ? 2 : 8);
            size = 0;
            for (unsigned char const byte : longer) size = size << 8 | byte;
        }
        auto const payload = read(size);
        int const opcode = first[0] & 0x0f;
        if (opcode == 9) send(10, payload);
        if (opcode == 2) std::abort();  // assert(is_binary_message(buf_payload))
        if (opcode == 1) hear(payload);
        return opcode != 8;
    }

    void hear(std::string const& packet) {
        if (packet == "2") send(1, "3");
        if (packet.rfind("44", 0) == 0 && socket_->error_) socket_->error_(reader(packet.substr(2)).value());
        if (packet.rfind("42", 0) != 0) return;
        auto const items = reader(packet.substr(2)).value()->get_vector();
        event heard(items.size() > 1 ? items[1] : message::ptr());
        auto const found = socket_->listeners_.find(items[0]->get_string());
        if (found != socket_->listeners_.end()) found->second(heard);
    }

    void send(int opcode, std::string const& payload) {
        std::string frame(1, static_cast<char>(0x80 | opcode));
        size_t const size = payload.size();
        frame += static_cast<char>(0x80 | (size < 126 ? size : size < 65536 ? 126 : 127));
        for (int shift = size < 126 ? -8 : size < 65536 ? 8 : 56; shift >= 0; shift -= 8)
            frame += static_cast<char>(static_cast<uint64_t>(size) >> shift);
        write(frame + std::string(4, '\0') + payload);  // a mask of zeros leaves the bytes as they are
    }

    void write(std::string const& bytes) {
        for (size_t at = 0; at < bytes.size();) {
            ssize_t const sent = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
            if (sent <= 0) return;
            at += static_cast<size_t>(sent);
        }
    }

    std::string read(size_t count) {
        std::string bytes(count, '\0');
        for (size_t at = 0; at < count;) {
            ssize_t const came = recv(fd_, &bytes[at], count - at, 0);
            if (came <= 0) return "";
            at += static_cast<size_t>(came);
        }
        return bytes;
    }

    std::function<void()> open_;
    std::shared_ptr<sio::socket> socket_;
    std::thread thread_;
    int fd_ = -1;
};

inline std::string json(message const& value, std::vector<std::string>& attachments) {
    if (value.get_flag() == message::flag_string) return '"' + value.text + '"';  // the program's have nothing to escape
    if (value.get_flag() == message::flag_binary) {
        attachments.push_back(*value.binary);
        return "{\"_placeholder\":true,\"num\":" + std::to_string(attachments.size() - 1) + "}";
    }
    std::string members;
    for (auto const& [key, member] : value.members)
        members += (members.empty() ? "\"" : ",\"") + key + "\":" + json(*member, attachments);
    return "{" + members + "}";
}

inline void socket::emit(std::string const& name, message::list const& data) {
    std::vector<std::string> attachments;
    std::string text = "[\"" + name + "\"";
    for (auto const& item : data.items) text += "," + json(*item, attachments);
    auto const kind = attachments.empty() ? "42" : "45" + std::to_string(attachments.size()) + "-";
    client_->send(1, kind + text + "]");
    for (auto const& attachment : attachments) client_->send(2, attachment);
}

}  // namespace sio
