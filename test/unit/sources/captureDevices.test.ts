/** Discovery on trees that are like the sysfs of an R58 (as its vendor's kernel 6.1 has it, by the study of it) and of a PC. */

import * as assert from 'uvu/assert';
import { assignInputs, captureDevices, soundCards } from '../../../service/sources/captureDevices.js';
import { fellTrees, type Node, deviceTree as tree } from '../../tools/machine/deviceTree.js';
import { test } from '../../tools/suite.js';

test.after(fellTrees);

/** 11 nodes each, as the driver makes them: four streams, four scaled ones, three for tools. */
function receiver(place: string, first: number): Node[] {
	return Array.from({ length: 11 }, (_, i) => ({
		node: `video${first + i}`,
		name: i < 4 ? `stream_cif_mipi_id${i}` : i < 8 ? `rkcif_scale_ch${i - 4}` : `rkcif_tools_id${i - 8}`,
		place: `platform/${place}`,
		driver: 'rkcif',
	}));
}
const bridge = (node: string, bus: number, address: string): Node => ({
	node,
	name: `m00_b_lt6911uxe ${bus}-002b`,
	place: `platform/${address}.i2c/i2c-${bus}/${bus}-002b`,
	driver: 'lt6911uxe',
});
const r58 = () =>
	tree(
		[
			...receiver('rkcif-mipi-lvds', 0),
			...receiver('rkcif-mipi-lvds1', 11),
			...receiver('rkcif-mipi-lvds2', 22),
			...Array.from({ length: 27 }, (_, i) => ({
				node: `video${33 + i}`,
				name: 'rkisp_mainpath',
				place: `platform/rkisp0-vir${Math.floor(i / 9)}`,
				driver: 'rkisp_hw',
			})),
			{ node: 'video60', name: 'stream_hdmirx', place: 'platform/fdee0000.hdmirx-controller', driver: 'rk_hdmirx' },
			{ node: 'v4l-subdev0', name: 'rockchip-mipi-csi2', place: 'platform/mipi2-csi2', driver: 'csi2' },
			bridge('v4l-subdev2', 7, 'fec90000'),
			bridge('v4l-subdev7', 4, 'feac0000'),
			bridge('v4l-subdev12', 2, 'feaa0000'),
		],
		[
			{
				id: 'rockchiphdmiin',
				name: 'rockchip,hdmiin',
				pcm: ['00: fddf8000.i2s-dummy_codec : : capture 1'],
				place: 'platform/hdmiin-sound',
			},
			{ id: 'rockchiphdmi0', name: 'rockchip-hdmi0', pcm: ['00: rockchip-hdmi0 : : playback 1'], place: 'platform/hdmi0-sound' },
		],
	);

test('the four inputs of the R58 are found by driver and place, in the order of its case', () => {
	const found = captureDevices(r58()).map(({ device, subdev, position, driver }) => ({ device, subdev, position, driver }));
	assert.equal(found, [
		{ device: '/dev/video0', subdev: '/dev/v4l-subdev2', position: 1, driver: 'rkcif' },
		{ device: '/dev/video60', subdev: null, position: 2, driver: 'rk_hdmirx' },
		{ device: '/dev/video11', subdev: '/dev/v4l-subdev7', position: 3, driver: 'rkcif' },
		{ device: '/dev/video22', subdev: '/dev/v4l-subdev12', position: 4, driver: 'rkcif' },
	]);
});

test('the sound of the HDMI receiver belongs to it and to no other input', () => {
	const sound = captureDevices(r58()).map(({ alsaDevice }) => alsaDevice);
	assert.equal(sound, [null, 'hw:CARD=rockchiphdmiin,DEV=0', null, null]);
});

const usb = 'pci0000:00/0000:00:14.0/usb1';
const pc = () =>
	tree(
		[
			{ node: 'video0', name: 'USB Video', place: `${usb}/1-2/1-2:1.0`, driver: 'uvcvideo' },
			{ node: 'video1', name: 'USB Video', place: `${usb}/1-2/1-2:1.0`, driver: 'uvcvideo', index: 1 },
			{ node: 'video2', name: 'Webcam', place: `${usb}/1-3/1-3:1.0`, driver: 'uvcvideo' },
			{ node: 'video3', name: 'decoder', place: 'platform/decoder', driver: 'hantro-vpu' },
		],
		[
			{ id: 'PCH', name: 'HDA Intel', pcm: ['00: ALC : ALC : playback 1 : capture 1'], place: 'pci0000:00/0000:00:1f.3' },
			{ id: 'Video', name: 'USB Video', pcm: ['00: USB Audio : USB Audio : capture 1'], place: `${usb}/1-2/1-2:1.2` },
		],
	);

test('a USB grabber is found once, with the card of the same device', () => {
	const found = captureDevices(pc());
	assert.equal(
		found.map(({ device, alsaDevice }) => [device, alsaDevice]),
		[
			['/dev/video0', 'hw:CARD=Video,DEV=0'],
			['/dev/video2', null],
		],
	);
	assert.is(found[0]!.key, `uvcvideo ${usb}/1-2/1-2:1.0`);
});

test('cards that can record are listed, those that only play are not', () => {
	assert.equal(
		soundCards(pc()).map(({ device, label }) => [device, label]),
		[
			['hw:CARD=PCH,DEV=0', 'HDA Intel: ALC'],
			['hw:CARD=Video,DEV=0', 'USB Video: USB Audio'],
		],
	);
	assert.equal(soundCards(r58()).length, 1);
});

test('a machine without devices has none', () => {
	const none = tree([]);
	assert.equal(captureDevices(none), []);
	assert.equal(captureDevices({ sys: '/nonexistent', proc: '/nonexistent' }), []);
});

const device = (key: string, position: number | null = null) => ({ key, position });

test('inputs keep their number: as printed on the case, else the first that is free', () => {
	assert.equal(assignInputs([device('a'), device('b')], {}, 4), { a: 'hdmi1', b: 'hdmi2' });
	assert.equal(assignInputs([device('n60', 2), device('usb')], {}, 4), { n60: 'hdmi2', usb: 'hdmi1' });
	// The first is away and keeps its place.
	assert.equal(assignInputs([device('b')], { a: 'hdmi1', b: 'hdmi2' }, 4), { a: 'hdmi1', b: 'hdmi2' });
});

test('more devices than inputs: one that is away gives its number, those present keep theirs', () => {
	assert.equal(assignInputs([device('b'), device('c')], { a: 'hdmi1', b: 'hdmi2' }, 2), { b: 'hdmi2', c: 'hdmi1' });
	assert.equal(assignInputs([device('a'), device('b'), device('c')], { a: 'hdmi1', b: 'hdmi2' }, 2), { a: 'hdmi1', b: 'hdmi2' });
});

test.run();
