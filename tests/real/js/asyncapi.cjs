// AsyncAPI's own parser, and ajv for the examples: documents come in, what is wrong with each goes out, as JSON.
"use strict";

const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");
const Ajv = require("ajv").default;
const addFormats = require("ajv-formats").default;

const parser = new Parser();

async function judge(text) {
  const { components } = JSON.parse(text), { schemas } = components;
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
  addFormats(ajv);
  ajv.addFormat("binary", true);
  ajv.addVocabulary(["components"]);
  // The parser reads examples, but does not hold them to their schemas in version 3 of AsyncAPI.
  const refused = ({ name, payload, examples }) => {
    const valid = ajv.compile({ ...payload, components: { schemas } });
    return examples.filter((example) => !valid(example.payload)).map((example) => `${name}: ${example.name}`);
  };
  const { document, diagnostics } = await parser.parse(text);
  const found = diagnostics.map(({ severity, message, path }) => ({ severity, message, path: path.join(".") }));
  const operations = document ? document.operations().all().map((operation) => operation.id()) : [];
  return { found, operations, examples: Object.values(components.messages).flatMap(refused) };
}

(async () => {
  const verdicts = [];
  for (const text of JSON.parse(readFileSync(0, "utf8"))) verdicts.push(await judge(text));
  process.stdout.write(JSON.stringify(verdicts));
})();
