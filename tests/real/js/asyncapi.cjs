// AsyncAPI's own parser, and ajv for the examples: a document comes in, what is wrong with it goes out, as JSON.
"use strict";

const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");
const Ajv = require("ajv").default;
const addFormats = require("ajv-formats").default;

const text = readFileSync(0, "utf8");
const schemas = JSON.parse(text).components.schemas;
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
addFormats(ajv);
ajv.addFormat("binary", true);
ajv.addVocabulary(["components"]);

// The parser reads examples, but does not hold them to their schemas in version 3 of AsyncAPI.
const refused = ({ name, payload, examples }) => {
  const valid = ajv.compile({ ...payload, components: { schemas } });
  return examples.filter((example) => !valid(example.payload)).map((example) => `${name}: ${example.name}`);
};

new Parser().parse(text).then(({ document, diagnostics }) => {
  const found = diagnostics.map(({ severity, message, path }) => ({ severity, message, path: path.join(".") }));
  const operations = document ? document.operations().all().map((operation) => operation.id()) : [];
  const examples = Object.values(JSON.parse(text).components.messages).flatMap(refused);
  process.stdout.write(JSON.stringify({ found, operations, examples }));
});
