/**
 * Runs our test files under StrykerJS within its own process: each file is loaded once and run again for every mutant that it
 * reaches, which takes milliseconds where a process of its own takes half a second. What a file reaches is counted on the way.
 */
import { pathToFileURL } from 'node:url';

/** What is used of StrykerJS's interface of test runners; it is no dependency of the build. */
interface Options {
	/** Under dist/test, without ending, the quickest first. */
	uvuFiles: string[];
}
type Coverage = Record<string, number>;
interface Instrumented {
	activeMutant?: string | undefined;
	currentTestId?: string | undefined;
	hitCount?: number | undefined;
	hitLimit?: number | undefined;
	mutantCoverage?: { static: Coverage; perTest: Record<string, Coverage> };
}
interface MutantRun {
	activeMutant: { id: string };
	mutantActivation: 'runtime' | 'static';
	testFilter?: string[];
	hitLimit?: number;
}
/** Errors, passed, skipped, total: what uvu says of a suite. */
type Suite = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

const globals = globalThis as unknown as {
	UVU_DEFER: number;
	UVU_QUEUE: Suite[][];
	UVU_INDEX: number;
	__stryker__: Instrumented;
};

class UvuRunner {
	static inject = ['options'] as const;
	readonly #files: string[];
	readonly #suites = new Map<string, Suite[]>();
	readonly #code: Instrumented;
	/** A mutant left something behind that fails the tests without it. */
	#spoilt = false;

	constructor({ uvuFiles }: Options) {
		this.#files = uvuFiles;
		globals.UVU_DEFER = 1;
		globals.UVU_QUEUE = [];
		globals.__stryker__ ??= {};
		this.#code = globals.__stryker__;
	}

	capabilities() {
		return { reloadEnvironment: false };
	}

	async dryRun() {
		await this.#load();
		const tests = [];
		for (const file of this.#files) {
			const started = performance.now();
			const failure = await this.#failureOf(file);
			const again = failure ?? (await this.#failureOf(file));
			if (again !== null)
				return { status: 'error', errorMessage: `${file} fails without a mutant${failure ? '' : ', run twice'}: ${again}` };
			tests.push({ id: file, name: file, status: 0, timeSpentMs: (performance.now() - started) / 2 });
		}
		return { status: 'complete', tests, mutantCoverage: this.#code.mutantCoverage };
	}

	async mutantRun({ activeMutant: { id }, mutantActivation, testFilter = this.#files, hitLimit }: MutantRun) {
		// It runs this one again, in another process.
		if (this.#spoilt) throw new Error('spoilt by the mutant before');
		if (mutantActivation === 'static') this.#code.activeMutant = id;
		try {
			await this.#load();
		} catch (error) {
			return this.#killed('the load', String(error));
		}
		for (const file of this.#files.filter((name) => testFilter.includes(name))) {
			this.#code.activeMutant = id;
			this.#code.hitCount = hitLimit === undefined ? undefined : 0;
			this.#code.hitLimit = hitLimit;
			const failure = await this.#failureOf(file);
			const endless = hitLimit !== undefined && this.#code.hitCount! > hitLimit;
			this.#code.activeMutant = undefined;
			this.#code.hitCount = undefined;
			if (failure === null && !endless) continue;
			this.#spoilt = mutantActivation === 'runtime' && (await this.#failureOf(file)) !== null;
			return endless ? { status: 'timeout', reason: 'goes on for ever' } : this.#killed(file, failure!);
		}
		return { status: 'survived', nrOfTests: this.#files.length };
	}

	#killed(file: string, failureMessage: string) {
		return { status: 'killed', killedBy: [file], failureMessage, nrOfTests: 1 };
	}

	async #load(): Promise<void> {
		for (const [index, file] of this.#files.entries()) {
			if (this.#suites.has(file)) continue;
			globals.UVU_INDEX = index;
			globals.UVU_QUEUE[index] = [];
			await import(pathToFileURL(`dist/test/${file}.test.js`).href);
			this.#suites.set(file, globals.UVU_QUEUE[index]);
		}
	}

	/** What failed, in words; null when all passed. */
	async #failureOf(file: string): Promise<string | null> {
		this.#code.currentTestId = file;
		try {
			for (const suite of this.#suites.get(file)!) {
				const [errors, passed, , total] = await suite();
				if (passed !== total || errors !== true) return String(errors);
			}
			return null;
		} catch (error) {
			return String(error);
		} finally {
			this.#code.currentTestId = undefined;
		}
	}
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'uvu', injectableClass: UvuRunner }];
