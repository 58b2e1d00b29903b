/** A virtual machine as a process: its first serial line is the console, the second one brings lines of JSON. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { needed } from '../packages.js';
import type { StepResult } from './steps.js';

export interface EmulatorOptions {
	timeoutMs: number;
	onLine: (line: StepResult) => void;
}

export class Emulator {
	readonly #child: ChildProcess;
	readonly #folder: string;
	readonly #console: string;
	readonly #notes: string[] = [];
	/** Resolves when the machine is off, however that came. */
	readonly ended: Promise<void>;

	/** `argumentsIn`: all but the serial lines, for a folder that goes with the machine. */
	constructor(argumentsIn: (folder: string) => string[], { timeoutMs, onLine }: EmulatorOptions) {
		this.#folder = mkdtempSync(join(tmpdir(), 'r58-machine-'));
		this.#console = join(this.#folder, 'console');
		const args = [...argumentsIn(this.#folder), '-serial', `file:${this.#console}`, '-serial', 'stdio'];
		this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', 'nice', '-n', '10', needed('qemu-system-x86_64'), ...args], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		createInterface({ input: this.#child.stderr! }).on('line', (line) => this.#notes.push(line));
		createInterface({ input: this.#child.stdout! }).on('line', (line) => {
			if (line.trimStart().startsWith('{')) onLine(JSON.parse(line) as StepResult);
			else this.#notes.push(line);
		});
		const timer = setTimeout(() => {
			this.#notes.push(`not done within ${timeoutMs / 1000} s`);
			this.#child.kill('SIGKILL');
		}, timeoutMs);
		this.ended = new Promise((resolve) => {
			this.#child.on('error', (error) => this.#notes.push(error.message));
			this.#child.on('close', () => {
				clearTimeout(timer);
				this.#notes.push(...this.#readConsole());
				rmSync(this.#folder, { recursive: true, force: true });
				resolve();
			});
		});
	}

	/** What its console and the emulator said, for messages; complete once it has ended. */
	tail(lines = 40): string {
		return this.#notes.slice(-lines).join('\n');
	}

	#readConsole(): string[] {
		try {
			return readFileSync(this.#console, 'utf8').split(/\r?\n/);
		} catch {
			// The emulator did not get as far as to make it.
			return [];
		}
	}

	kill(): void {
		this.#child.kill('SIGKILL');
	}
}
