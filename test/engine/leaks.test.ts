import * as assert from 'uvu/assert';
import { footprint, Heap, type Held } from '../tools/engine/footprint.js';
import { LightPeers } from '../tools/engine/lightPeers.js';
import { TestService } from '../tools/service.js';
import { timedSuite } from '../tools/suite.js';
import { pause, until } from '../tools/wait.js';

export const alone = true;

/** Who comes and goes leaves nothing behind: files, threads, processes, memory. Every one of them really gets media. */
const test = timedSuite('leaks');
const counts = process.env.R58_LONG ? { guests: 200, viewers: 500 } : { guests: 30, viewers: 50 };
/** What the first ones leave is made once a process: threads of libraries, arenas of the allocator, compiled code. */
const warmUp = { guests: 8, viewers: 12 };
/**
 * What may stay, KiB. `each`: superficial loses the text of each command (an offer is 3 to 6 kB) and some bytes of
 * each event. `band`: the allocator's arenas do not shrink to the byte.
 */
const band = { each: 20, host: 4096, heap: 1024 };

/** Slots of a link’s pool (link/wire.h). */
const linkSlots = 16;

let service: TestService;
let peers: LightPeers;
let heap: Heap;

test.before(async () => {
	service = await TestService.start({ canvas: '320x180p30', env: { NODE_OPTIONS: '--inspect-port=0' } });
	await service.onAir();
	peers = new LightPeers();
	heap = await Heap.of(service);
});
test.after(async () => {
	heap?.close();
	peers?.stop();
	await service.stop();
});

/** Posts an offer; the answer, and where the session is. */
async function signal(path: string, offer: string): Promise<{ answer: string; location: string }> {
	const post = () => service.api<string>('POST', path, offer, { headers: { 'content-type': 'application/sdp' } });
	let answer = await post();
	// A machine that is too busy says so; who was turned away and comes back must leave nothing behind either.
	for (let n = 0; n < 5 && answer.headers.has('retry-after'); n++) {
		await pause(Number(answer.headers.get('retry-after')) * 1000);
		answer = await post();
	}
	const { status, body, headers } = answer;
	assert.is(status, 201, JSON.stringify(body));
	return { answer: body, location: headers.get('location')! };
}

/** Every tenth just falls silent, which takes 5 to 10 s to be believed; the others say goodbye. */
async function leave(n: number, peer: string, location: string): Promise<void> {
	if (n % 10 !== 9) assert.is((await service.api('DELETE', location)).status, 200);
	peers.close(peer);
}

async function viewer(n: number): Promise<void> {
	let location = '';
	const peer = await peers.add(async (offer) => {
		const made = await signal('/whep/program', offer);
		location = made.location;
		return made.answer;
	});
	await until(async () => (await peers.received(peer)) > 30, { what: 'media for the viewer', everyMs: 20 });
	await leave(n, peer, location);
}

async function viewersGone(): Promise<void> {
	await service.waitState(({ streamers }) => streamers.program!.viewers === 0, 'the viewers to be gone');
}

async function guest(n: number): Promise<void> {
	const { body } = await service.api<{ id: string }>('POST', '/api/guests', { name: `Guest ${n}` });
	let location = '';
	const peer = await peers.addSender(async (offer) => {
		const made = await signal(`/whip/${body.id}`, offer);
		location = made.location;
		return made.answer;
	});
	await service.waitState(({ sources }) => sources[body.id]!.state === 'live', 'the guest’s picture');
	await leave(n, peer, location);
	leaving.push(removed(body.id).catch((error: Error) => error));
}

/** Guests who are being cleared away while others come; an error where that failed. */
const leaving: Promise<undefined | Error>[] = [];

async function removed(id: string): Promise<undefined> {
	await service.waitState(({ guests }) => guests[id]!.state !== 'connected', 'the guest to be gone');
	assert.is((await service.api('DELETE', `/api/guests/${id}`)).status, 204);
}

async function guestsGone(): Promise<void> {
	const errors = (await Promise.all(leaving.splice(0))).filter((result) => result instanceof Error);
	assert.equal(errors, []);
}

/** What there is more of than before, by process. */
function more(before: Record<string, Held>, after: Record<string, Held>): string[] {
	return Object.entries(after).flatMap(([name, now]) => {
		const then = before[name];
		if (!then) return [`${name} is new`];
		const found = [];
		const host = name.startsWith('r58-host');
		// Exact in every host. The service also has the connections of whoever asks it, which the last request may have left open.
		if (host ? now.fds !== then.fds : now.fds > then.fds) found.push(`${name}: ${now.fds} fds after ${then.fds}`);
		// Pools of GLib and libuv send idle threads home after a while, so fewer are as good.
		if (now.threads > then.threads) found.push(`${name}: ${now.threads} threads after ${then.threads}`);
		// A writer's pool of frames grows to its bound when the machine is busy. Fewer than there were visitors, so that one that
		// stays for each is found; a host that writes no raw link has none at all.
		const pool = /source|mixer/.test(name) ? linkSlots : 0;
		if (now.memfds > then.memfds + pool) found.push(`${name}: ${now.memfds} memfds after ${then.memfds}`);
		return found;
	});
}

async function settled(): Promise<Record<string, Held>> {
	let before = '';
	return until(
		() => {
			const now = footprint(service);
			const text = JSON.stringify(Object.values(now).map(({ fds, threads }) => [fds, threads]));
			const same = text === before && 'spare' in now;
			before = text;
			return same && now;
		},
		{ what: 'the processes to settle', everyMs: 500 },
	);
}

/** Some at a time: those who fall silent are waited for at the end. */
async function rounds(first: number, count: number, { each, together, gone }: Visit): Promise<void> {
	for (let n = first; n < first + count; n += together) {
		const at = performance.now();
		const batch = Array.from({ length: Math.min(together, first + count - n) }, (_, i) => each(n + i));
		await Promise.all(batch);
		if (process.env.R58_SHOW) console.log(n, Math.round(performance.now() - at));
	}
	await gone();
}

interface Visit {
	each: (n: number) => Promise<void>;
	together: number;
	gone: () => Promise<void>;
}
const visits: Record<keyof typeof counts, Visit> = {
	viewers: { each: viewer, together: 6, gone: viewersGone },
	guests: { each: guest, together: 3, gone: guestsGone },
};

for (const kind of ['viewers', 'guests'] as const) {
	const visit = visits[kind];
	const count = counts[kind];
	const warm = warmUp[kind];
	test(`${count} ${kind} who come and go leave nothing behind`, async () => {
		await rounds(0, warm, visit);
		const before = await settled();
		const heapBefore = await heap.used();
		await rounds(warm, count, visit);
		// Files and threads may take a moment to be closed.
		await until(() => more(before, footprint(service)).length === 0, {
			what: 'files, threads and processes as before',
			everyMs: 250,
		}).catch(() => assert.equal(more(before, footprint(service)), []));
		const after = footprint(service);
		const grown = Object.fromEntries(
			Object.entries(after).map(([name, { anonymousKb }]) => [name, anonymousKb - before[name]!.anonymousKb]),
		);
		const heapGrownKb = ((await heap.used()) - heapBefore) / 1024;
		if (process.env.R58_SHOW) console.log(kind, grown, { heapGrownKb }, after);
		for (const [name, kb] of Object.entries(grown)) {
			// The service's resident memory follows its collector, and a spare is a new process each time.
			if (name === 'service' || name === 'spare') continue;
			assert.ok(kb < band.host + band.each * count, `${name} has grown by ${kb} KiB: ${JSON.stringify(grown)}`);
		}
		assert.ok(heapGrownKb < band.heap, `the heap of the service has grown by ${heapGrownKb} KiB`);
	});
}

test.run();
