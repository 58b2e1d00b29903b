/** What the service makes of devices that come and go: the real classes on a tree like sysfs, without their processes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { Faults } from '../../../service/faults/faults.js';
import { Supervisor } from '../../../service/hosts/supervisor.js';
import { DeviceWatch } from '../../../service/sources/deviceWatch.js';
import { HdmiInputs } from '../../../service/sources/kinds/hdmi.js';
import { Sources } from '../../../service/sources/sources.js';
import { WaitingInputs } from '../../../service/sources/waiting.js';
import { openStore } from '../../../service/store/store.js';
import { createLog } from '../../../service/util/log.js';
import { type Card, deviceTree, fellTrees, type Node, replant } from '../../tools/machine/deviceTree.js';
import { ShowStub } from '../../tools/showStub.js';
import { test } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

const usb = 'pci0000:00/0000:00:14.0/usb1';
const camera = (node: string): Node => ({ node, name: 'USB Video', place: `${usb}/1-2/1-2:1.0`, driver: 'uvcvideo' });
const card = (id: string, place: string): Card => ({ id, name: id, pcm: ['00: USB : USB : capture 1'], place });
const ownCard = card('Video', `${usb}/1-2/1-2:1.2`);
const otherCard = card('Desk', `${usb}/1-4/1-4:1.0`);
const canvas = { width: 160, height: 90, fpsNum: 10, fpsDen: 1 };

function machine() {
	const where = deviceTree([]);
	const dataDir = mkdtempSync(join(tmpdir(), 'r58-data-'));
	const store = openStore(dataDir);
	const { state } = new ShowStub();
	state.sources.remove('hdmi1');
	const log = createLog('silent');
	const faults = new Faults(state, log);
	const supervisor = new Supervisor({}, faults, log);
	const common = { instance: 'test', canvas, state, settings: store.settings, supervisor, faults };
	const sources = new Sources({ ...common, slots: 4, mixers: () => [] });
	const inputs = new HdmiInputs({ ...common, sources, waiting: new WaitingInputs(faults), log, onAdded: () => {}, where });
	return {
		sources,
		hosts: () => Object.keys(supervisor.stats()).sort(),
		faults: () => faults.list().map(({ code, subject, remedy }) => ({ code, subject, remedy: remedy !== null })),
		/** What is plugged in from now on. */
		async plug(nodes: Node[], cards: Card[] = []) {
			replant(where, nodes, cards);
			inputs.scan();
			// Hosts are removed one after the other.
			await new Promise((resolve) => setImmediate(resolve));
		},
		async close() {
			await supervisor.stop();
			store.close();
			rmSync(dataDir, { recursive: true, force: true });
		},
	};
}

test.after(fellTrees);

test('the card of a camera that is found after its picture is paired with it', async () => {
	const { plug, sources, hosts, faults, close } = machine();
	await plug([camera('video0')]);
	assert.is(sources.get('hdmi1').alsaDevice, null);
	await plug([camera('video0')], [ownCard]);
	assert.is(sources.get('hdmi1').alsaDevice, 'hw:CARD=Video,DEV=0');
	assert.equal(hosts(), ['source hdmi1', 'source hdmi1-sound']);
	assert.equal(faults(), []);
	await close();
});

test('a card that was chosen by hand stays, also when the camera has one of its own', async () => {
	const { plug, sources, close } = machine();
	await plug([camera('video0')], [otherCard]);
	sources.patch('hdmi1', { alsaDevice: 'hw:CARD=Desk,DEV=0' });
	await plug([camera('video1')], [otherCard, ownCard]);
	assert.is(sources.get('hdmi1').alsaDevice, 'hw:CARD=Desk,DEV=0');
	sources.patch('hdmi1', { alsaDevice: null });
	await plug([camera('video0')], [ownCard]);
	assert.is(sources.get('hdmi1').alsaDevice, null, 'silence was chosen');
	await close();
});

test('an unplugged card is a fault with a remedy until it is back, and is not tried meanwhile', async () => {
	const { plug, sources, hosts, faults, close } = machine();
	await plug([camera('video0')], [otherCard]);
	sources.patch('hdmi1', { alsaDevice: 'plughw:CARD=Desk,DEV=0' });
	await plug([camera('video0')], [otherCard]);
	assert.equal(hosts(), ['source hdmi1', 'source hdmi1-sound']);
	await plug([camera('video0')]);
	assert.equal(faults(), [{ code: 'sound', subject: 'hdmi1', remedy: true }]);
	assert.equal(hosts(), ['source hdmi1']);
	await plug([camera('video0')], [otherCard]);
	assert.equal(faults(), []);
	assert.equal(hosts(), ['source hdmi1', 'source hdmi1-sound']);
	await close();
});

test('devices that come and go are told, also in a folder that was made anew', async () => {
	const folder = join(mkdtempSync(join(tmpdir(), 'r58-dev-')), 'snd');
	mkdirSync(folder);
	let told = 0;
	const watch = new DeviceWatch(() => told++, [join(folder, '..'), folder]);
	watch.start();
	const next = (what: string) => {
		const before = told;
		return until(() => told > before, { what });
	};
	for (const round of [1, 2]) {
		let change = next(`the device of round ${round}`);
		writeFileSync(join(folder, 'pcmC0D0c'), '');
		await change;
		change = next('its end');
		rmSync(folder, { recursive: true });
		await change;
		change = next('the new folder');
		mkdirSync(folder);
		await change;
	}
	watch.stop();
	rmSync(join(folder, '..'), { recursive: true });
});

test.run();
