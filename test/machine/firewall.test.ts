import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Source } from '../../service/contract/sources.js';
import { settingsSchema } from '../../service/settings/schema.js';
import { sshPorts } from '../../service/system/firewallRules.js';
import { openPorts, readPorts } from '../../service/system/openPorts.js';
import { studioAddress, TestNetwork } from '../tools/net/netns.js';
import { root } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { patienceMs, until } from '../tools/wait.js';

/** The firewall of the installed service, in a network namespace. */
const test = suite('firewall');
const program = join(root, 'dist/service/cli/firewall.js');
const scanner = join(root, 'test/tools/net/portScan.py');
let network: TestNetwork;
let folder: string;

test.before(async () => {
	folder = mkdtempSync(join(tmpdir(), 'r58-firewall-'));
	network = new TestNetwork();
	// Nothing in between holds anything back.
	network.rules({ forward: [`ip daddr ${studioAddress} accept`] });
	const output = network.start('studio', 'python3', scanner, 'listen', ...listening.map(String));
	await until(() => output.join('').includes('listening'), { what: 'the ports to be listened on' });
});
test.after(() => {
	network?.close();
	rmSync(folder, { recursive: true, force: true });
});

/** Everything the namespace listens on, by TCP and UDP. */
const listening = [22, 80, 3306, 5004, 5353, 8000, 8189, 8289, 8290, 8443, 9000, 9100];

function apply(): { code: number | null; error: string } {
	const [command = '', ...words] = network.inside('studio');
	const { status, stderr } = spawnSync(command, [...words, process.execPath, program, '--data', folder, '--apply'], {
		encoding: 'utf8',
		timeout: patienceMs,
	});
	return { code: status, error: stderr };
}

/** What somebody on the studio's network finds, or outside of it. */
function scan(from: 'router' | 'guest' = 'router'): { tcp: number[]; udp: number[] } {
	const [command = '', ...words] = network.inside(from);
	const text = execFileSync(command, [...words, 'python3', scanner, 'scan', studioAddress, ...listening.map(String)], {
		encoding: 'utf8',
		timeout: patienceMs,
	});
	return JSON.parse(text);
}

test('the ports are those of the effective settings', () => {
	const settings = (access: object) =>
		settingsSchema.parse({ network: { ports: { first: 9000, last: 9100 }, tcp: true }, access });
	const rtp = (listen: 'loopback' | 'all', port: number) =>
		({ kind: 'rtp', rtp: { video: { port, codec: 'h264' }, audio: null, listen } }) as unknown as Source;
	const sources = { a: rtp('all', 5004), b: rtp('loopback', 5006), hdmi1: { kind: 'hdmi' } as Source };
	const open = (access: object) =>
		openPorts(['http://127.0.0.1:8000', 'https://127.0.0.1:8443'], settings(access), sources, ['2001:db8:1::7/64']);
	const media: [number, number] = [9000, 9100];
	const pages: [number, number][] = [
		[8000, 8000],
		[8443, 8443],
	];
	const udp = [media, [5004, 5004]];
	const publicUrl = 'https://studio.example.org';
	const ways = { publicUrl, lan: ['192.0.2.0/24', 'fe80::1%eth0'], trustedProxies: ['tunnel', '198.51.100.7'] };
	const networks = ['192.0.2.0/24', '198.51.100.7', '2001:db8:1::7/64'];
	assert.equal(open(ways), { tcp: [media], udp, house: pages, networks }, 'a public name alone opens nothing');
	for (const more of [{ openToInternet: true }, { acme: {} }])
		assert.equal(open({ ...ways, ...more }), { tcp: [...pages, media], udp, house: [], networks: [] });
});

test('a neighbour finds nothing but the documented ports', () => {
	const open = scan();
	assert.equal(open, { tcp: listening, udp: listening }, 'without it everything is to be found');
	assert.equal(apply(), { code: 0, error: '' });
	assert.equal(scan(), { tcp: [22, 8000, 8443], udp: [5353, 8189, 8289] });
	assert.equal(scan('guest'), { tcp: [22], udp: [5353, 8189, 8289] }, 'and outside not even the pages');
});

test('the pages are for networks of the house, and for all the world when the settings say so', () => {
	const closed = [22];
	const pages = [22, 8000, 8189, 8289, 8290, 8443];
	const found = (open: object) => {
		const ports = { tcp: [], udp: [], house: [[8000, 8443]], networks: [], ...open };
		writeFileSync(join(folder, 'ports.json'), JSON.stringify(ports));
		assert.equal(apply(), { code: 0, error: '' });
		return scan('guest').tcp;
	};
	assert.equal(found({}), closed);
	assert.equal(scan().tcp, pages);
	assert.equal(found({ networks: ['203.0.113.9/24', '203.0.113.2', '10.1.2.3', '2001:db8::7/64', '2001:db8::8/64'] }), pages);
	assert.equal(found({ networks: ['203.0.113.77', '2001:db8::/32'] }), closed);
	assert.equal(found({ tcp: [[8000, 8443]], house: [] }), pages);
});

test('it follows the settings, and what is not right changes nothing', () => {
	const ports = (text: string) => writeFileSync(join(folder, 'ports.json'), text);
	ports('{"tcp":[[8000,8000],[9000,9100]],"udp":[[9000,9100],[9050,9060],[5004,5004]]}');
	assert.equal(apply(), { code: 0, error: '' });
	const after = { tcp: [22, 8000, 9000, 9100], udp: [5004, 5353, 9000, 9100] };
	assert.equal(scan(), after);
	for (const wrong of [
		'{"tcp":[["8000 accept; #",1]],"udp":[]}',
		'{',
		'[]',
		'{"tcp":[[1,65535]],"udp":[]}',
		'{"tcp":[],"udp":[],"networks":["10.0.0.1 }; accept"]}',
	]) {
		ports(wrong);
		assert.throws(() => readPorts(folder), undefined, wrong);
	}
	assert.is(apply().code, 1);
	assert.equal(scan(), after);
});

test('SSH is open wherever its configuration has put it', () => {
	const etc = (path: string, text: string) => {
		mkdirSync(join(folder, 'etc', path, '..'), { recursive: true });
		writeFileSync(join(folder, 'etc', path), text);
	};
	assert.equal(sshPorts(folder), [22]);
	etc(
		'ssh/sshd_config',
		'#Port 99\nPort 2222\nListenAddress 192.0.2.1:2022\nListenAddress [2001:db8::1]:2023\nPermitRootLogin no\n',
	);
	etc('ssh/sshd_config.d/own.conf', '  port 2224 # ours\n');
	etc('systemd/system/ssh.socket.d/own.conf', '[Socket]\nListenStream=\nListenStream=2225\nListenStream=[::]:2226\n');
	assert.equal(sshPorts(folder), [22, 2222, 2022, 2023, 2224, 2225, 2226]);
});

test.run();
