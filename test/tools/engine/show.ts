/** A show under fault injection: what is recorded, what a viewer sees, and what is broken meanwhile. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { Applied } from '../../../service/contract/buses.js';
import type { Recording } from '../../../service/contract/recordings.js';
import type { Status } from '../../../service/contract/system.js';
import type { Target } from '../../../service/contract/targets.js';
import { TestBrowser } from '../page/browser.js';
import type { Random } from '../random.js';
import { TestService } from '../service.js';
import { pause, until } from '../wait.js';
import { type FaultKind, inject } from './chaos.js';
import type { Box } from './counter.js';
import { jumps, type Program, places, readProgram, SOUND_NS } from './parts.js';
import { Receiver } from './receiver.js';

const FPS = 30;
export const inputs = ['hdmi1', 'hdmi2', 'hdmi3', 'hdmi4'];
/** Where each input lies in both scenes, so that a mix from one to the other leaves its counter readable. */
const boxes: Record<string, Box> = Object.fromEntries(
	inputs.map((id, i) => [id, { x: (i % 2) / 2, y: i < 2 ? 0 : 0.5, w: 0.5, h: 0.5 }]),
);
/** The two cores of a test machine start processes meanwhile: inputs may be this late before a frame is missed. */
const DELAY_MS = 250;

export interface Injected {
	kind: FaultKind;
	role: string;
	name: string;
	/** Monotonic ns. */
	at: bigint;
}

export class FaultyShow {
	readonly injected: Injected[] = [];
	/** By input and process: frames that the input itself did not make, because its process got no processor in time. */
	readonly #skipped = new Map<string, Map<number, number>>();
	readonly #skips = setInterval(() => void this.#readSkips().catch(() => {}), 500);
	#mixing = true;
	#mixer: Promise<void> | undefined;

	private constructor(
		readonly service: TestService,
		/** One for each viewer: Chromium presents a page that another one covers once a second only. */
		readonly browsers: TestBrowser[],
		readonly viewers: Page[],
		readonly guest: string,
		readonly target: Receiver & { id: string },
	) {}

	/** Four inputs in four quarters; `viewers`: browsers that watch the program and a guest's return. */
	static async start({ viewers = true } = {}): Promise<FaultyShow> {
		const service = await TestService.start({ args: ['--test', 'holdOffFailures=100'] });
		const browsers: TestBrowser[] = [];
		const receiver = await Receiver.open();
		try {
			await service.onAir();
			for (const id of inputs) assert.is((await service.api('PATCH', `/api/sources/${id}`, { delayMs: DELAY_MS })).status, 200);
			const quarters = inputs.map((source) => ({ source, ...boxes[source]! }));
			const spot = { source: 'hdmi1', x: 0.45, y: 0.02, w: 0.1, h: 0.1, z: 9 };
			await service.api('PUT', '/api/scenes/plain', { layers: quarters });
			await service.api('PUT', '/api/scenes/spotted', { layers: [...quarters, spot] });
			await service.api('POST', '/api/cut', { scene: 'plain' });
			await service.api('PUT', '/api/preview', { scene: 'spotted' });
			const guest = (await service.api<{ id: string }>('POST', '/api/guests', { name: 'Gus' })).body.id;
			await service.allowOwnTargets();
			const target = { kind: 'rtp', label: 'Receiver', host: '127.0.0.1', videoPort: receiver.port };
			const { id } = (await service.api<Target>('POST', '/api/targets', target)).body;
			await until(() => receiver.packets > 0, { what: 'packets at the target' });
			const pages: Page[] = [];
			for (const streamer of viewers ? ['program', `return-${guest}`] : []) {
				const browser = await TestBrowser.start();
				browsers.push(browser);
				const page = await browser.page(`${service.http}/watch/${streamer}#${service.ready.operatorToken}`);
				await page.setViewportSize({ width: 640, height: 360 });
				await page.getByTestId('watch-video').evaluate(countGaps);
				await until(() => page.evaluate('r58gaps.frames > 30'), { what: `a picture of ${streamer}` });
				pages.push(page);
			}
			const show = new FaultyShow(service, browsers, pages, guest, Object.assign(receiver, { id }));
			await show.viewerGapsMs();
			return show;
		} catch (error) {
			service.destroy();
			receiver.close();
			await Promise.all(browsers.map((browser) => browser.close()));
			throw error;
		}
	}

	/** Frames that an input did not make for want of processor time, as its own process counts them. */
	skipped(input: string): number {
		return [...(this.#skipped.get(input)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
	}

	async #readSkips(): Promise<void> {
		const { hosts } = (await this.service.api<Status>('GET', '/api/system/status')).body;
		for (const { role, name, pid, elements } of hosts) {
			if (role !== 'source' || pid === null) continue;
			const counts = this.#skipped.get(name) ?? new Map<number, number>();
			this.#skipped.set(name, counts.set(pid, Number(elements.test?.skippedFrames ?? 0)));
		}
	}

	/** Resolves when something of it is in the file: a recorder that is still to start begins with what comes after a fault. */
	async record(prerollS = 0): Promise<string> {
		const { status, body } = await this.service.api<Recording>('POST', '/api/recordings', { prerollS });
		assert.is(status, 201, JSON.stringify(body));
		const { id } = body;
		await this.service.waitState(({ recordings }) => recordings[id]!.durationMs > 0, 'the recording to run');
		return id;
	}

	async endRecording(id: string): Promise<Recording> {
		const { status, body } = await this.service.api<Recording>('POST', `/api/recordings/${id}/stop`);
		assert.is(status, 200, JSON.stringify(body));
		return body;
	}

	read(recording: Recording): Promise<Program> {
		return readProgram(join(this.service.dataDir, 'recordings'), recording, boxes);
	}

	/** Mixes to and fro without a pause, until `restMixing`. Refusals of a mixer that is away are part of the show. */
	keepMixing(): void {
		this.#mixing = true;
		const loop = async () => {
			while (this.#mixing) {
				await this.service.api<Applied>('POST', '/api/take', { kind: 'mix', durationMs: 1000 }).catch((error: Error) => error);
				await pause(900);
			}
		};
		this.#mixer = loop();
	}

	async restMixing(): Promise<void> {
		this.#mixing = false;
		await this.#mixer;
	}

	/** Breaks one host, and waits until another process has taken its place. */
	async break(kind: FaultKind, role: string, name: string, random: Random, seconds = 5): Promise<void> {
		const host = await this.service.host(role, name);
		this.injected.push({ kind, role, name, at: process.hrtime.bigint() });
		await inject(kind, host, { seconds, random });
		await this.service.host(role, name, { not: host.pid });
	}

	/** The longest time that each viewer and the target had nothing new, since the last call; their clocks start anew. */
	async viewerGapsMs(): Promise<number[]> {
		const seen = await Promise.all(this.viewers.map((page) => page.evaluate<number>('r58gaps.take()')));
		return [...seen, this.target.takeGapMs()];
	}

	/** A round is over when everything runs again. */
	async healthy(): Promise<void> {
		await this.service.onAir().catch((error: Error) => {
			throw new Error(`${error.message}\n${this.service.tail(30)}`);
		});
		for (const page of this.viewers) {
			const before = await page.evaluate<number>('r58gaps.frames');
			await until(() => page.evaluate(`r58gaps.frames > ${before + 5}`), { what: 'the viewer to see the program' }).catch(
				async (error: Error) => {
					const words = await page.getByTestId('watch-state').allInnerTexts();
					const frames = await page.evaluate<number>('r58gaps.frames');
					throw new Error(
						`${error.message}; ${page.url().split('#')[0]}: ${words.join()} ${frames - before} frames\n${this.service.tail(30)}`,
					);
				},
			);
		}
		const { packets } = this.target;
		await until(() => this.target.packets > packets, { what: 'packets at the target' });
	}

	async stop(): Promise<void> {
		clearInterval(this.#skips);
		await this.restMixing();
		this.target.close();
		await Promise.all(this.browsers.map((browser) => browser.close()));
		await this.service.stop();
	}
}

/** In the page: the frames a <video> shows, and the longest time without one. */
function countGaps(node: unknown): void {
	interface Video {
		requestVideoFrameCallback(callback: () => void): void;
	}
	const video = node as Video;
	const gaps = {
		frames: 0,
		at: performance.now(),
		longest: 0,
		take(): number {
			const longest = Math.max(gaps.longest, performance.now() - gaps.at);
			gaps.longest = 0;
			return longest;
		},
	};
	const onFrame = (): void => {
		const now = performance.now();
		gaps.longest = Math.max(gaps.longest, now - gaps.at);
		gaps.at = now;
		gaps.frames += 1;
		video.requestVideoFrameCallback(onFrame);
	};
	video.requestVideoFrameCallback(onFrame);
	Object.assign(globalThis, { r58gaps: gaps });
}

/** Every frame and every piece of sound of the program once, in all parts together. */
export function assertWhole(program: Program, what: string): void {
	assert.equal(jumps(places(program.video, 1e9 / FPS)), [], `${what}: frames`);
	assert.equal(jumps(places(program.audio, SOUND_NS)), [], `${what}: sound`);
}

/**
 * Every counter value of an input, except while it was broken: from the fault until `recoveryMs` later a picture may stand or
 * be missing, but none may be older than the one before.
 * Values that the input itself counts as not made are nobody's loss.
 */
export function assertCounted(show: FaultyShow, program: Program, input: string, recoveryMs = 0): void {
	const { video } = program;
	const counters = program.counters[input]!;
	const faults = show.injected.filter(({ name, role }) => name === input || role === 'mixer').map(({ at }) => at);
	/** An older picture, or one that cannot be read. */
	const wrong: string[] = [];
	/** Where pictures are missing, and where the last one stands in for them. */
	const gaps: string[] = [];
	let lost = 0;
	let stood = 0;
	let newest = counters[0] ?? 0;
	let unread = 0;
	for (let i = 1; i < counters.length; i++) {
		let now = counters[i]!;
		// A key frame may be too coarse to read. One in its place between its neighbours counts, a second one does not.
		if (now === null && counters[i - 1] !== null && counters[i + 1] === newest + 2) {
			now = newest + 1;
			unread += 1;
		}
		const broken = faults.some((at) => video[i]! > at - 100_000_000n && video[i]! < at + BigInt(recoveryMs) * 1_000_000n);
		const fits = broken ? now === null || now >= newest : now === newest + 1;
		if (!fits) {
			const gap = now !== null && now >= newest;
			(gap ? gaps : wrong).push(`at ${i}: ${newest} → ${now}`);
			if (gap && now === newest) stood += 1;
			else if (gap) lost += now! - newest - 1;
		}
		newest = now ?? newest;
	}
	const skipped = show.skipped(input);
	assert.equal(wrong.slice(0, 20), [], `${input}: counters`);
	if (Math.max(lost, stood) > skipped)
		assert.equal(gaps.slice(0, 20), [], `${input}: counters; the input did not make ${skipped}`);
	assert.ok(unread <= counters.length / 100, `${input}: ${unread} of ${counters.length} counters cannot be read`);
}
