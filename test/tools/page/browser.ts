/** Real Chromium, with a fake camera and microphone, and eyes and ears in its pages. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { type Box, type Colour, colourDistance, counterSource } from '../engine/counter.js';
import { tonesSource } from '../engine/tones.js';
import { patienceMs, until } from '../wait.js';
import { type Camera, type Microphone, writeCamera, writeMicrophone } from './capture.js';

const flags = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--autoplay-policy=no-user-gesture-required',
	'--use-fake-device-for-media-stream',
];
// Runs from dist; page.js stays where it was written.
const pageFile = fileURLToPath(new URL('../../../../test/tools/page/page.js', import.meta.url));

export interface BrowserOptions {
	/** Default: Chromium's own moving picture and beeps. */
	camera?: Camera;
	microphone?: Microphone;
	/** False leaves the permission question unanswered by the browser: the context's permissions decide. Default true. */
	allowCapture?: boolean;
	ignoreCertificateErrors?: boolean;
	/** Certificate of an authority (PEM) that this browser's user has imported. */
	trust?: string;
	/** Default: the installed Chromium. */
	program?: string;
	/** More command line flags. */
	flags?: string[];
}

export interface Seen {
	width: number;
	height: number;
	/** Frame number of a test picture, when one is to be read. */
	counter: number | null;
	colours: Colour[];
}
export interface SeenFrame extends Seen {
	/** When it was presented, wall clock. */
	atMs: number;
	mediaMs: number;
}
export interface Look {
	/** Points to sample, fractions of the picture. */
	points?: [x: number, y: number][];
	/** Where the test picture lies whose counter is read. */
	box?: Box;
}

/** page.js, as functions that run there see it. */
declare const r58page: {
	look(node: unknown, what: Look): Seen | null;
	watch(node: unknown, what: Look & { durationMs: number }): Promise<SeenFrame[]>;
	listen(node: unknown, what: { frequencies: number[] }): Promise<Record<number, number> | null>;
};

const open = new Set<TestBrowser>();
process.on('exit', () => {
	for (const browser of open) rmSync(browser.folder, { recursive: true, force: true });
});

/** One Chromium with a profile of its own. */
export class TestBrowser {
	/** Console errors and uncaught exceptions of all pages, newest last. */
	readonly errors: string[] = [];

	private constructor(
		readonly folder: string,
		readonly context: BrowserContext,
		private readonly browser: Browser,
	) {}

	static async start(options: BrowserOptions = {}): Promise<TestBrowser> {
		const folder = mkdtempSync(join(tmpdir(), 'r58-browser-'));
		const args = [...flags, ...(options.flags ?? [])];
		if (options.allowCapture ?? true) args.push('--use-fake-ui-for-media-stream');
		if (options.ignoreCertificateErrors) args.push('--ignore-certificate-errors');
		if (options.camera) {
			writeCamera(join(folder, 'camera.y4m'), options.camera);
			args.push(`--use-file-for-fake-video-capture=${join(folder, 'camera.y4m')}`);
		}
		if (options.microphone) {
			writeMicrophone(join(folder, 'microphone.wav'), options.microphone);
			args.push(`--use-file-for-fake-audio-capture=${join(folder, 'microphone.wav')}`);
		}
		// Playwright gives each launch a temporary profile and removes it.
		const browser = await chromium.launch({
			executablePath: options.program ?? '/usr/bin/chromium',
			headless: true,
			args,
			timeout: patienceMs,
			...(options.trust !== undefined && { env: trusting(folder, options.trust) }),
		});
		const context = await browser.newContext({
			ignoreHTTPSErrors: options.ignoreCertificateErrors ?? false,
			viewport: { width: 1280, height: 800 },
		});
		// A busy machine is slow; what is slow in the product has its own, shorter waits in the tests.
		context.setDefaultTimeout(patienceMs);
		await context.addInitScript({ content: `${counterSource}\n${tonesSource}\n${readFileSync(pageFile, 'utf8')}` });
		const started = new TestBrowser(folder, context, browser);
		open.add(started);
		return started;
	}

	/** A new tab at `url`. */
	async page(url: string): Promise<Page> {
		const page = await this.context.newPage();
		page.on('console', (message) => {
			if (message.type() === 'error') this.errors.push(`${message.location().url} ${message.text()}`);
		});
		page.on('pageerror', (error) => this.errors.push(String(error)));
		await page.goto(url, { waitUntil: 'domcontentloaded' });
		return page;
	}

	async close(): Promise<void> {
		await this.browser.close();
		rmSync(this.folder, { recursive: true, force: true });
		open.delete(this);
	}
}

/** An environment whose user has imported the authority, by the tool and into the store that Chromium on Linux uses. */
function trusting(folder: string, pem: string): Record<string, string> {
	const store = join(folder, '.pki', 'nssdb');
	mkdirSync(store, { recursive: true });
	writeFileSync(join(folder, 'authority.pem'), pem);
	const database = ['-d', `sql:${store}`];
	execFileSync('certutil', [...database, '-N', '--empty-password']);
	execFileSync('certutil', [...database, '-A', '-t', 'C,,', '-n', 'r58', '-i', join(folder, 'authority.pem')]);
	return { ...(process.env as Record<string, string>), HOME: folder };
}

/** What a <video> or <canvas> shows now; null while it has no picture. */
export function look(element: Locator, what: Look = {}): Promise<Seen | null> {
	return element.evaluate((node, what) => r58page.look(node, what), what);
}

/** What a <video> shows, frame by frame. */
export function watch(element: Locator, durationMs: number, what: Look = {}): Promise<SeenFrame[]> {
	return element.evaluate((node, what) => r58page.watch(node, what), { ...what, durationMs });
}

/** dBFS by frequency of the sound of a <video> or <audio> over 0.7 s; null while it has none. */
export function listen(element: Locator, frequencies: number[]): Promise<Record<number, number> | null> {
	return element.evaluate((node, what) => r58page.listen(node, what), { frequencies });
}

/** Waits until a point of a picture has a colour, give or take `tolerance` of 255 in each component. */
export function untilColour(
	element: Locator,
	point: [x: number, y: number],
	colour: Colour,
	{ tolerance = 24, timeoutMs = patienceMs } = {},
): Promise<Seen> {
	return until(
		async () => {
			const seen = await look(element, { points: [point] });
			if (seen && colourDistance(seen.colours[0]!, colour) <= tolerance) return seen;
			throw new Error(`it is ${seen?.colours[0] ?? 'without a picture'}`);
		},
		{ what: `${element} to be ${colour} at ${point}`, timeoutMs, everyMs: 100 },
	);
}

/** Waits until all these frequencies are heard at `aboveDb` or more, and returns what is heard of `others` too. */
export async function untilHeard(
	element: Locator,
	frequencies: number[],
	{ aboveDb = -50, others = [] as number[], timeoutMs = patienceMs } = {},
): Promise<Record<number, number>> {
	return until(
		async () => {
			const bands = await listen(element, [...frequencies, ...others]);
			if (bands && frequencies.every((hz) => bands[hz]! >= aboveDb)) return bands;
			throw new Error(`heard: ${bands ? JSON.stringify(bands) : 'no sound track'}`);
		},
		{ what: `${frequencies.join(', ')} Hz in ${element}`, timeoutMs },
	);
}
