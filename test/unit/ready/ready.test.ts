import * as assert from 'uvu/assert';
import type { Certificates } from '../../../service/contract/certificates.js';
import type { Encoder } from '../../../service/contract/encoders.js';
import type { Guest } from '../../../service/contract/guests.js';
import type { State } from '../../../service/contract/state.js';
import type { Target } from '../../../service/contract/targets.js';
import { connectedFinding } from '../../../service/ready/guests.js';
import { pictureFinding } from '../../../service/ready/inputs.js';
import { certificateFinding, temperatureFinding } from '../../../service/ready/machine.js';
import { Movements } from '../../../service/ready/movements.js';
import { targetFinding } from '../../../service/ready/outputs.js';
import { diskFinding } from '../../../service/ready/recording.js';
import { encoderFinding } from '../../../service/ready/studio.js';
import type { SlotStats } from '../../../service/sources/sources.js';
import { mixerStats, slotVideo } from '../../tools/elementEvents.js';
import { test } from '../../tools/suite.js';

const video = { width: 1280, height: 720, fps: 30 };
const moving = { fps: 30, ageMs: 40, stillMs: 200, peakLuma: 200 };

test('a picture is well only when its frames come, at their pace, and it moves and is not black', () => {
	const status = (change: object) => pictureFinding({ ...moving, ...change }, video).status;
	assert.is(status({}), 'ok');
	assert.equal([status({ ageMs: 3000 }), status({ stillMs: 12_000 }), status({ peakLuma: 18 })], ['fail', 'warn', 'warn']);
	assert.equal([status({ fps: 20 }), status({ fps: null }), status({ stillMs: null })], ['warn', 'warn', 'warn']);
	assert.is(pictureFinding(null, video).status, 'warn');
});

test('frames are counted by their own times, anew for another source; a slot that is gone is not known', () => {
	const movements = new Movements();
	const mixing = (slots: SlotStats[]) => ({ 'mixer program': { elements: { mixer: mixerStats({ slots }) } } });
	const read = (frames: number, ptsMs: number, now: number) =>
		movements.read(mixing([{ slot: 2, video: slotVideo({ frames, lastPtsNs: String(ptsMs * 1e6), stillMs: 90 }) }]), now);
	read(100, 10_000, 0);
	assert.equal([movements.of(2, 0)!.fps, movements.of(3, 0)], [null, null]);
	read(130, 11_000, 1000);
	// Figures that were late say the same rate.
	read(160, 12_000, 2700);
	assert.equal(movements.of(2, 2700), { fps: 30, ageMs: 0, stillMs: 90, peakLuma: null });
	read(160, 12_000, 3700);
	assert.is(movements.of(2, 4000)!.ageMs, 1300);
	read(3, 13_000, 4700);
	assert.is(movements.of(2, 4700)!.fps, null);
	movements.read(mixing([]), 5000);
	assert.is(movements.of(2, 5000), null);
});

test('a guest is judged by path, loss and round trip; what is not measured is not well', () => {
	const guest = { path: 'direct', rttMs: 40, lossPct: 0.1, kbps: 2400, codec: 'h264', video } as Guest;
	const status = (change: Partial<Guest>) => connectedFinding({ ...guest, ...change }).status;
	assert.is(status({}), 'ok');
	assert.equal([status({ path: 'relay' }), status({ lossPct: 3 }), status({ lossPct: 12 })], ['warn', 'warn', 'fail']);
	assert.equal([status({ rttMs: 400 }), status({ lossPct: null }), status({ rttMs: null })], ['warn', 'warn', 'warn']);
	assert.equal([status({ video: null }), status({ codec: null, video: null })], ['fail', 'ok']);
});

test('the disk is set against the rest of the planned length, at the rate that is measured or asked for', () => {
	const of = (freeBytes: number, minutes: number | null, recordedMs = 0, measuredKbps = 4000) =>
		diskFinding({
			encoders: { program: { asked: { kbps: 4000 }, measured: { kbps: measuredKbps } } },
			recordings: { one: { state: 'recording', durationMs: recordedMs }, two: { state: 'finished', durationMs: 9e9 } },
			system: { disk: { freeBytes }, plan: { minutes } },
		} as unknown as State);
	// 4170 kbit/s for an hour, and what is kept free.
	const hour = (4170 * 1000 * 3600) / 8 + 64 * 2 ** 20;
	assert.equal([of(hour * 2, 60).status, of(hour * 1.1, 60).status, of(hour * 0.9, 60).status], ['ok', 'warn', 'fail']);
	assert.is(of(hour * 0.7, 60, 30 * 60_000).status, 'ok');
	assert.is(of(hour * 1.5, 60, 0, 8000).status, 'fail');
	assert.is(of(hour * 2, null).status, 'warn');
	assert.is(of(0, 1).status, 'fail');
	assert.is(
		diskFinding({ encoders: {}, recordings: {}, system: { disk: null, plan: { minutes: 5 } } } as unknown as State).status,
		'off',
	);
});

test('a software encoder, one that is too slow and one that makes nothing are told apart', () => {
	const figures = { width: 1280, height: 720, fps: 30, kbps: 4000 };
	const of = (change: Partial<Encoder>) =>
		encoderFinding({
			id: 'program',
			element: 'x264enc',
			hardware: true,
			codec: 'h264',
			asked: figures,
			measured: figures,
			...change,
		});
	assert.equal([of({}).status, of({ hardware: false }).status, of({ measured: null }).status], ['ok', 'warn', 'fail']);
	assert.match(of({ measured: { ...figures, fps: 20 } }).text, /Too slow.*20 of 30/);
});

test('a certificate is judged by its days, a temperature by what slows the processor', () => {
	const now = new Date('2026-05-01T00:00:00Z');
	const of = (validTo: string, validFrom = '2026-01-01T00:00:00Z') =>
		certificateFinding(
			{ served: [{ kind: 'device', names: [], validFrom, validTo }], acmeError: null } as unknown as Certificates,
			now,
		).status;
	assert.equal([of('2027-05-01T00:00:00Z'), of('2026-05-10T00:00:00Z'), of('2026-04-30T00:00:00Z')], ['ok', 'warn', 'fail']);
	assert.is(of('2027-05-01T00:00:00Z', '2026-06-01T00:00:00Z'), 'fail');
	const heat = [50, 78, 90, null].map((temperatureC) => temperatureFinding({ temperatureC, clockSynchronised: null }).status);
	assert.equal(heat, ['ok', 'warn', 'fail', 'off']);
});

test('a target that fails now is not well, whatever a test found before', () => {
	const target = { enabled: true, state: 'live', kbps: 900, lastError: null } as Target;
	const found = { status: 'ok', text: 'It answers', at: '' } as const;
	assert.is(targetFinding(target, found).status, 'ok');
	assert.is(targetFinding({ ...target, state: 'starting' }, found).status, 'warn');
	assert.equal(
		[targetFinding({ ...target, state: 'fault', lastError: 'x' }, found).status, targetFinding(target, null).status],
		['fail', 'warn'],
	);
	assert.is(targetFinding({ ...target, enabled: false, state: 'off' }, null).status, 'off');
});

test.run();
