// What the audio thread of a browser has, for adapters/page/capture.js; the types of the page's own thread lack it.
declare const sampleRate: number;

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
