/** Reads JSON text with places: where each value stands, and where and why the text stops being JSON. */
import { pointerOf } from "./pointer";

export interface TextFault { line: number; column: number; message: string }
export interface Span { start: number; end: number }
export type Scanned = { value: unknown; spans: Map<string, Span> } | { fault: TextFault };

class Stop extends Error {
  constructor(readonly at: number, message: string) {
    super(message);
  }
}

const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
const STRING_PART = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORDS = ["true", "false", "null"];

export function lineOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}

/** Spans are by JSON pointer; those of members begin at their key. */
export function scan(text: string): Scanned {
  const reader = new Reader(text);
  try {
    reader.document();
    return { value: JSON.parse(text) as unknown, spans: reader.spans };
  } catch (error) {
    if (error instanceof Stop) return { fault: { ...lineOf(text, error.at), message: error.message } };
    return { fault: { line: 1, column: 1, message: (error as Error).message } };
  }
}

class Reader {
  readonly spans = new Map<string, Span>();
  private at = 0;
  constructor(private readonly text: string) {}

  document(): void {
    this.space();
    this.value([], this.at);
    if (this.at < this.text.length) throw new Stop(this.at, "There is something after the end of the value");
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at += found[0].length;
    return found[0];
  }

  private space(): void {
    this.take(SPACE);
  }

  private peek(): string {
    return this.text[this.at] ?? "";
  }

  private need(sign: string, where: string): void {
    if (this.peek() !== sign) throw new Stop(this.at, this.at >= this.text.length ? `The text ends; “${sign}” is missing ${where}` : `Expected “${sign}” ${where}, found “${this.peek()}”`);
    this.at++;
    this.space();
  }

  private value(path: string[], start: number): void {
    const sign = this.peek();
    if (sign === "{") this.object(path);
    else if (sign === "[") this.list(path);
    else if (sign === '"') this.string();
    else if (!this.word() && !this.take(NUMBER)) throw new Stop(this.at, sign ? `Expected a value, found “${sign}”` : "The text ends where a value is expected");
    this.spans.set(pointerOf(path), { start, end: this.at });
    this.space();
  }

  private word(): boolean {
    const word = WORDS.find((w) => this.text.startsWith(w, this.at));
    this.at += word?.length ?? 0;
    return word !== undefined;
  }

  private object(path: string[]): void {
    const keys = new Set<string>();
    this.at++;
    this.space();
    if (this.peek() === "}") return void this.at++;
    for (;;) {
      const start = this.at;
      if (this.peek() !== '"') throw new Stop(this.at, this.peek() === "}" ? "A comma before “}” is one too many" : "Expected a key in double quotes");
      const key = this.string();
      if (keys.has(key)) throw new Stop(start, `The key “${key}” is there twice`);
      keys.add(key);
      this.space();
      this.need(":", `after the key “${key}”`);
      this.value([...path, key], start);
      if (this.peek() !== ",") break;
      this.at++;
      this.space();
    }
    this.close("}", "or a comma after a member");
  }

  private list(path: string[]): void {
    this.at++;
    this.space();
    if (this.peek() === "]") return void this.at++;
    for (let i = 0; ; i++) {
      if (this.peek() === "]") throw new Stop(this.at, "A comma before “]” is one too many");
      this.value([...path, String(i)], this.at);
      if (this.peek() !== ",") break;
      this.at++;
      this.space();
    }
    this.close("]", "or a comma after an item");
  }

  private close(sign: string, where: string): void {
    if (this.peek() !== sign) throw new Stop(this.at, this.at >= this.text.length ? `The text ends; “${sign}” is missing` : `Expected “${sign}” ${where}, found “${this.peek()}”`);
    this.at++;
  }

  private string(): string {
    const start = this.at++;
    for (;;) {
      this.take(STRING_PART);
      if (this.peek() === '"') break;
      if (this.peek() === "\\" && this.take(ESCAPE)) continue;
      throw new Stop(this.at >= this.text.length ? start : this.at, this.peek() === "\\" ? "Not an escape that JSON knows" : "A string is not closed on its line");
    }
    this.at++;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }
}
