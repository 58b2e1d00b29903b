/** Which addresses peers are told and looked for at, with real networks between: see test/tools/net/netns.ts. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { studioAddress, TestNetwork } from '../tools/net/netns.js';
import { offerText } from '../tools/net/offers.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { pause, until } from '../tools/wait.js';

interface World {
	network: TestNetwork;
	service: TestService;
}
const test = suite<World>('addresses of peers');
/** Nobody has it; the router throws away what goes there. */
const foreign = '198.51.100.9';
const inHouse = '10.71.1.77';
/** How long a pair of addresses is tried. */
const triedMs = 6000;

test.before(async (world) => {
	world.network = new TestNetwork();
	world.network.rules({ forward: [`ip daddr ${studioAddress} meta l4proto udp accept`] });
	world.service = await TestService.start({ inside: world.network.inside('studio'), canvas: '320x180p15' });
	world.service.ready.http = await world.network.reach(Number(new URL(world.service.http).port));
	await world.service.onAir();
});
test.after(async ({ network, service }) => {
	await service?.stop();
	network?.close();
});

/** What a viewer says that runs elsewhere (remotePeer.ts): in the guest's network, or in this process's, a network of the house. */
async function remote(
	{ network, service }: World,
	place: 'guest' | 'here',
	file?: string,
): Promise<{ status: number; first?: string; answer?: string }> {
	const program = fileURLToPath(new URL('../tools/net/remotePeer.js', import.meta.url));
	const address = place === 'guest' ? studioAddress : network.controlAddress;
	const url = `https://${address}:${new URL(service.https).port}/whep/program`;
	const words = [process.execPath, program, url, service.ready.operatorToken, ...(file === undefined ? [] : [file])];
	const output = place === 'guest' ? network.start('guest', ...words) : network.startHere(...words);
	const said = await until(() => /^\{.*\}$/m.exec(output.join(''))?.[0], { what: 'the viewer’s word' }).catch((error: Error) => {
		throw new Error(`${error.message}\n${output.join('')}`);
	});
	return JSON.parse(said);
}

test('a viewer in another network that tries the first candidate alone is connected', async (world) => {
	assert.equal(await remote(world, 'guest'), { status: 201, first: studioAddress });
});

test('a viewer in the house that tries the first candidate alone is connected by the address it called', async (world) => {
	assert.equal(await remote(world, 'here'), { status: 201, first: world.network.controlAddress });
});

/** Packets that left the studio for an address since `count` began. */
function countTo(network: TestNetwork, address: string): () => number {
	const nft = (input: string) => execFileSync('ip', [...network.inside('studio').slice(1), 'nft', '-f', '-'], { input });
	nft(`table ip sent\ndelete table ip sent
		table ip sent { chain out { type filter hook output priority 0; ip daddr ${address} ip protocol udp counter; }; }`);
	return () => {
		const listed = execFileSync('ip', [...network.inside('studio').slice(1), 'nft', 'list', 'table', 'ip', 'sent']);
		return Number(/counter packets (\d+)/.exec(listed.toString())![1]);
	};
}

function hostile({ network }: World, address: string): string {
	const candidates = Array.from(
		{ length: 64 },
		(_, n) => `candidate:${n} 1 UDP ${2_130_706_431 - n} ${address} ${20_000 + n} typ host`,
	);
	const file = join(network.folder, `${address}.sdp`);
	writeFileSync(file, offerText({ direction: 'recvonly', candidates }));
	return file;
}

test('an offer makes the studio send a dozen packets from an address to one that it names, and none into the house from outside', async (world) => {
	const outside = countTo(world.network, foreign);
	assert.is((await remote(world, 'guest', hostile(world, foreign))).status, 201);
	await pause(triedMs);
	const sent = outside();
	// From each of its two addresses three are tried four times.
	assert.ok(sent > 0 && sent <= 2 * 3 * 4, `${sent} packets`);

	const inside = countTo(world.network, inHouse);
	assert.is((await remote(world, 'guest', hostile(world, inHouse))).status, 201);
	await pause(2000);
	assert.is(inside(), 0);
});

test.run();
