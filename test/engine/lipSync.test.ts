import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { guestSource } from '../../pipelines/guestSource.js';
import { exactGuest } from '../tools/engine/avGuest.js';
import { median, offsets, onsets } from '../tools/engine/avSync.js';
import { readGdp } from '../tools/engine/gdp.js';
import { LightPeers, type LightPorts } from '../tools/engine/lightPeers.js';
import { type Kind, payloadTypes } from '../tools/engine/lightPeersChild.js';
import { Pipeline } from '../tools/engine/pipeline.js';
import { timedSuite } from '../tools/suite.js';
import { pause, until } from '../tools/wait.js';

export const alone = true;

/** Pictures that leave later than their sound, as of every camera; and reports on the sound that were late, as of a busy browser. */
const hz = 2500;
const [width, height] = [320, 180];
const canvas = { width, height, fpsNum: 30, fpsDen: 1 };
const rates = { video: 90, audio: 48 };
const reportEveryMs = 250;
/** The last two reports on the sound that come. */
const late = { from: 6, end: 8, ms: 100 };

/** Up to 10 ms the sound is bent, and that takes its time. */
const limitMs = 15;

const test = timedSuite<{ folder: string }>('lip sync');
test.before.each((context) => {
	context.folder = mkdtempSync(join(tmpdir(), 'r58-lips-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

/** Takes the sender's own reports and makes many of one: the same clock, read at other times. */
class Reports {
	readonly #socket: Socket = createSocket('udp4');
	#timer: NodeJS.Timeout | null = null;
	sent = 0;

	async from(kind: Kind, port: number): Promise<number> {
		this.#socket.on('message', (report) => {
			if (!this.#timer && report[1] === 200) this.#repeat(kind, Buffer.from(report.subarray(0, 28)), port);
		});
		await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
		return (this.#socket.address() as AddressInfo).port;
	}

	stop(): void {
		clearInterval(this.#timer ?? undefined);
		this.#socket.close();
	}

	#repeat(kind: Kind, report: Buffer, port: number): void {
		// A report alone, without blocks on what it receives.
		report[0] = 0x80;
		report.writeUInt16BE(6, 2);
		const [began, ntp, rtp] = [performance.now(), report.readBigUInt64BE(8), report.readUInt32BE(16)];
		this.#timer = setInterval(() => {
			const passedMs = performance.now() - began;
			if (kind === 'audio' && this.sent === late.end) return;
			const lateMs = kind === 'audio' && this.sent >= late.from ? late.ms : 0;
			report.writeBigUInt64BE(ntp + BigInt(Math.round(((passedMs + lateMs) / 1000) * 2 ** 32)), 8);
			report.writeUInt32BE((rtp + Math.round(passedMs * rates[kind])) >>> 0, 16);
			this.#socket.send(report, port, '127.0.0.1');
			this.sent++;
		}, reportEveryMs);
	}
}

test('sound and picture are as far apart as the reports say, and a report that was late changes nothing', async ({ folder }) => {
	const launch = guestSource({ instance: 'lips', id: 'guest', canvas, video: 'H264', audio: true }).replace(
		/r58linksink name="?(\w+)"? address=\S+/g,
		(_, name) => `gdppay ! filesink sync=false async=false buffer-mode=2 location=${folder}/${name}`,
	);
	const guest = await new Pipeline().start(launch);
	const reports = { video: new Reports(), audio: new Reports() };
	const reportPorts = { video: 0, audio: 0 };
	const exact = exactGuest({ hz, pictureLateMs: 60 });
	const peers = new LightPeers((ports: LightPorts) => exact(ports, reportPorts));
	try {
		const ports = await peers.ports();
		for (const kind of ['video', 'audio'] as const) reportPorts[kind] = await reports[kind].from(kind, ports[kind]);
		await peers.addSender(async (sdp, id) => {
			const fingerprint = sdp.match(/a=fingerprint:(.*)/)![1]!.trim();
			const answer = guest.waitEvent('answer');
			const { video, audio } = payloadTypes;
			guest.command('rtc', { op: 'add', id, sdp, fingerprint, video: { pt: video }, audio: { pt: audio } });
			return (await answer).sdp as string;
		});
		await until(() => reports.audio.sent === late.end && reports.video.sent > 0, {
			what: 'reports to be sent',
		});
		await pause(5500);
	} finally {
		peers.stop();
		for (const report of Object.values(reports)) report.stop();
	}
	await guest.stop();
	const found = offsets(flashesIn(join(folder, 'video')), beepsIn(join(folder, 'audio')));
	assert.ok(found.length >= 6, `beeps: ${found.length}`);
	// What was before the reports, and what the step took, is over.
	const last = found.slice(-4);
	assert.ok(Math.abs(median(last)) < limitMs, `offsets, ms: ${found.map((ms) => ms.toFixed(1)).join(' ')}`);
});

/** s. The field of the test picture that flashes is at 32.5/40, 8.5/40. */
function flashesIn(file: string): number[] {
	const at = Math.round((height * 8.5) / 40) * width + Math.round((width * 32.5) / 40);
	const frames = readGdp(file).map(({ ptsNs, data }) => ({ s: Number(ptsNs) / 1e9, white: data[at]! > 140 }));
	return frames.filter(({ white }, i) => white && i > 0 && !frames[i - 1]!.white).map(({ s }) => s);
}

function beepsIn(file: string): number[] {
	const blocks = readGdp(file);
	const first = Number(blocks[0]!.ptsNs) / 1e9;
	const samples = new Float32Array(Math.round((Number(blocks.at(-1)!.ptsNs) / 1e9 - first + 0.01) * 48_000));
	for (const { ptsNs, data } of blocks) {
		const from = Math.round((Number(ptsNs) / 1e9 - first) * 48_000);
		for (let i = 0; i * 8 < data.length; i++) samples[from + i] = data.readFloatLE(i * 8);
	}
	return onsets(samples, hz).map((sample) => first + sample / 48_000);
}

test.run();
