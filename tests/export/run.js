// run.js FOLDER…: runs each folder's models in ONNX Runtime and compares with what the evaluator computed.
//
// A folder has ports.txt (the names of the inputs), in.txt and, for MODEL.onnx, MODEL.txt: lines "NAME (2, 3) 1 2 …".
// An input of a model takes the array's numbers a window at a time; the states go round. What in.txt does not give
// starts as the model's metadata say, else from zeros. Tolerance 1e-5 (1 + |wanted|): floats against doubles.
"use strict";
const fs = require("fs");
const path = require("path");
const ort = require("onnxruntime-node");

function readNumber(text) {
  return Number(text.replace("inf", "Infinity"));
}

function readArrays(file) {
  const arrays = new Map();
  for (const line of fs.readFileSync(file, "utf8").split("\n")) {
    const match = /^(.*?) \(.*?\)(.*)$/.exec(line);
    if (match) arrays.set(match[1], match[2].trim().split(/ +/).map(readNumber));
  }
  return arrays;
}

// The fields of a protobuf message: [number, bytes or value].
function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0, scale = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    if ((key & 7) === 0) {
      yield [key >>> 3, varint()];
    } else {
      const length = varint();
      yield [key >>> 3, bytes.subarray(at, (at += length))];
    }
  }
}

// "initial:NAME" of the model's metadata.
function initialValues(file) {
  const METADATA = 14, initial = new Map();
  for (const [number, entry] of fields(fs.readFileSync(file)))
    if (number === METADATA) {
      const [key, value] = [...fields(entry)].map(([, text]) => Buffer.from(text).toString());
      initial.set(key.replace(/^initial:/, ""), value.replace(/.*\) /, "").split(" ").map(Number));
    }
  return initial;
}

async function runModel(file, ports, given) {
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 });
  const initial = initialValues(file), state = new Map(), results = new Map();
  let windows = 0;
  const size = (meta) => meta.shape.reduce((a, b) => a * b, 1);
  for (const meta of session.inputMetadata) {
    const own = meta.name.replace(/\{0\}$/, "");
    if (ports.includes(meta.name)) {
      windows = given.get(meta.name).length / size(meta);
    } else {
      const start = (own === meta.name && given.get(own)) || initial.get(own) || [0];
      state.set(meta.name, Array.from({ length: size(meta) }, (_, k) => start[k % start.length]));
    }
  }
  if (windows < 1 || windows % 1) throw new Error(`${file}: ${windows} windows`);
  for (let w = 0; w < windows; w++) {
    const feeds = {};
    for (const meta of session.inputMetadata) {
      const n = size(meta), numbers = state.get(meta.name) || given.get(meta.name).slice(w * n, (w + 1) * n);
      feeds[meta.name] = new ort.Tensor("float32", Float32Array.from(numbers), meta.shape);
    }
    const out = await session.run(feeds);
    for (const name of session.outputNames) {
      const numbers = Array.from(out[name].data), from = name.replace(/'$/, "");
      const input = [from, `${from}{0}`].find((s) => state.has(s));
      if (name.endsWith("'")) {
        state.set(input, numbers);
        results.set(name, numbers);
      } else {
        results.set(name, (results.get(name) || []).concat(numbers));
      }
    }
  }
  return results;
}

function compare(file, results, wanted) {
  if (wanted.size === 0) throw new Error(`${file}: nothing to compare with`);
  for (const [name, numbers] of wanted) {
    const found = results.get(name);
    if (!found || found.length !== numbers.length)
      throw new Error(`${file}: '${name}' has ${found ? found.length : "no"} numbers, wanted ${numbers.length}`);
    numbers.forEach((x, k) => {
      if (!Object.is(x, found[k]) && !(Math.abs(x - found[k]) <= 1e-5 * (1 + Math.abs(x))))
        throw new Error(`${file}: '${name}', number ${k}: ${found[k]}, wanted ${x}`);
    });
  }
}

async function main() {
  let failed = 0;
  for (const folder of process.argv.slice(2)) {
    const ports = fs.readFileSync(path.join(folder, "ports.txt"), "utf8").trim().split("\n");
    const given = readArrays(path.join(folder, "in.txt"));
    for (const model of fs.readdirSync(folder).filter((name) => name.endsWith(".onnx"))) {
      const file = path.join(folder, model);
      try {
        compare(file, await runModel(file, ports, given), readArrays(file.replace(/onnx$/, "txt")));
      } catch (error) {
        console.log(error.message);
        failed++;
      }
    }
  }
  process.exit(failed ? 1 : 0);
}

main();
