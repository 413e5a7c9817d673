// The gateway under the vendors' own SDKs for Node, on the built-in fake provider. Run by `make test-node`.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";
import OpenAI from "openai";

let url;
let everyWire;
const started = [];

// Starts a program and waits for what it says when it is ready.
function start(program, args, ready) {
  const running = spawn(program, args, { env: { PATH: process.env.PATH } });
  started.push(running);
  return new Promise((resolve, reject) => {
    let said = "";
    for (const output of [running.stdout, running.stderr]) {
      output.on("data", (piece) => {
        said += piece;
        const found = said.match(ready);
        if (found) resolve(found[1]);
      });
    }
    running.on("exit", () => reject(new Error(`${program} ended: ${said}`)));
  });
}

before(async () => {
  const listening = /ready on (http:\/\/127\.0\.0\.1:\d+)/;
  url = await start(process.env.ACCORD, ["serve", "--port", "0"], listening);
  const config = join(await mkdtemp(join(tmpdir(), "accord-")), "accord.yaml");
  const python = join(dirname(process.env.ACCORD), "python");
  await start(python, [join(import.meta.dirname, "upstreams.py"), config], /ready/);
  everyWire = await start(process.env.ACCORD, ["serve", "--port", "0", "--config", config], listening);
});

after(() => started.forEach((running) => running.kill("SIGTERM")));

const tool = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

test("openai: chat, whole and streamed", async () => {
  const client = new OpenAI({ apiKey: "any", baseURL: `${url}/v1` });
  const messages = [{ role: "user", content: "Hello from Node" }];
  const whole = await client.chat.completions.create({ model: "fake/echo", messages });
  assert.equal(whole.choices[0].message.content, "Hello from Node");
  assert.equal(whole.model, "fake/echo");
  const stream = await client.chat.completions.create({ model: "fake/echo", messages, stream: true });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
  assert.equal(text, "Hello from Node");
});

test("openai: a tool call is streamed and accumulated", async () => {
  const client = new OpenAI({ apiKey: "any", baseURL: `${url}/v1` });
  const runner = client.chat.completions.stream({
    model: "fake/echo",
    messages: [{ role: "user", content: 'call weather {"city": "Oslo"}' }],
    tools: [tool],
  });
  const final = await runner.finalChatCompletion();
  const call = final.choices[0].message.tool_calls[0];
  assert.deepEqual([call.function.name, JSON.parse(call.function.arguments)], ["weather", { city: "Oslo" }]);
});

test("openai: responses, whole and streamed", async () => {
  const client = new OpenAI({ apiKey: "any", baseURL: `${url}/v1` });
  const whole = await client.responses.create({ model: "fake/echo", input: "Hello" });
  assert.equal(whole.output_text, "Hello");
  const stream = client.responses.stream({ model: "fake/echo", input: "Hello again" });
  assert.equal((await stream.finalResponse()).output_text, "Hello again");
});

test("openai: errors are the right classes", async () => {
  const client = new OpenAI({ apiKey: "any", baseURL: `${url}/v1`, maxRetries: 0 });
  const ask = (model) => client.chat.completions.create({ model, messages: [{ role: "user", content: "x" }] });
  await assert.rejects(ask("nobody/knows"), OpenAI.NotFoundError);
  await assert.rejects(ask("fake/error-401"), OpenAI.AuthenticationError);
  await assert.rejects(ask("fake/error-429"), OpenAI.RateLimitError);
  await assert.rejects(ask("fake/error-500"), OpenAI.InternalServerError);
});

test("anthropic: messages, whole, streamed, with a tool", async () => {
  const client = new Anthropic({ apiKey: "any", baseURL: url });
  const asked = { model: "fake/echo", max_tokens: 100, messages: [{ role: "user", content: "Hello Claude" }] };
  const whole = await client.messages.create(asked);
  assert.equal(whole.content[0].text, "Hello Claude");
  const stream = client.messages.stream({
    ...asked,
    messages: [{ role: "user", content: 'call weather {"city": "Oslo"}' }],
    tools: [{ name: "weather", input_schema: tool.function.parameters }],
  });
  const final = await stream.finalMessage();
  const call = final.content.find((block) => block.type === "tool_use");
  assert.deepEqual([call.name, call.input, final.stop_reason], ["weather", { city: "Oslo" }, "tool_use"]);
});

test("vercel ai sdk: text, whole and streamed", async () => {
  const provider = createOpenAICompatible({ name: "accord", baseURL: `${url}/v1`, apiKey: "any" });
  const { text } = await generateText({ model: provider("fake/echo"), prompt: "Hello AI" });
  assert.equal(text, "Hello AI");
  let streamed = "";
  for await (const piece of streamText({ model: provider("fake/echo"), prompt: "Hello AI" }).textStream) streamed += piece;
  assert.equal(streamed, "Hello AI");
});

const CODEX = {
  "OpenAI chat completions": "chat/echo",
  "OpenAI Responses": "responses/gpt-5.4-mini",
  "Anthropic Messages": "messages/claude-sonnet-4-6",
  Gemini: "gemini/gemini-3.8-flash",
};

for (const [wire, model] of Object.entries(CODEX)) {
  test(`codex over ${wire}: a turn with a tool call`, { timeout: 60_000 }, async () => {
    const home = await mkdtemp(join(tmpdir(), "codex-"));
    const config = `model = "${model}"
model_provider = "accord"
[model_providers.accord]
name = "accord"
base_url = "${everyWire}/v1"
env_key = "ACCORD_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`;
    await writeFile(join(home, "config.toml"), config);
    const codex = join(import.meta.dirname, "node_modules", ".bin", "codex");
    // On a line of its own: Gemini's wire joins it to what Codex tells of the machine.
    const prompt = 'Do this:\ncall exec_command {"cmd": "echo said-by-the-tool"}';
    // The tool runs one echo in an empty folder; the sandbox would need rights that build machines don't give.
    const asked = ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt];
    const environ = { PATH: process.env.PATH, HOME: home, CODEX_HOME: home, ACCORD_KEY: "any" };
    const running = spawn(codex, asked, { cwd: home, env: environ, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    running.stdout.on("data", (piece) => (said += piece));
    await once(running, "close");
    assert.match(said, /^said-by-the-tool$/m);
  });
}
