import * as assert from 'uvu/assert';
import {
	type Box,
	type Colour,
	colourAt,
	colourDistance,
	type Picture,
	parseColour,
	readCounter,
} from '../../tools/engine/counter.js';
import { test } from '../../tools/suite.js';

function paint(picture: Picture, { x, y, w, h }: Box, [r, g, b]: Colour): void {
	const { width, height, data } = picture;
	for (let py = Math.round(y * height); py < Math.round((y + h) * height); py++) {
		for (let px = Math.round(x * width); px < Math.round((x + w) * width); px++) data.set([r, g, b, 255], (py * width + px) * 4);
	}
}

/** A test picture with this number, in `box` of a grey one. */
function testPicture(value: number, width: number, height: number, box: Box = { x: 0, y: 0, w: 1, h: 1 }): Picture {
	const picture: Picture = { format: 'rgba', width, height, data: new Uint8Array(width * height * 4).fill(100) };
	for (let bit = 0; bit < 32; bit++) {
		const white = (value / 2 ** (31 - bit)) & 1;
		const block = { x: box.x + (box.w * (4 + bit)) / 40, y: box.y + (box.h * 22) / 40, w: box.w / 40, h: (box.h * 4) / 40 };
		paint(picture, block, white ? [235, 235, 235] : [20, 20, 20]);
	}
	return picture;
}

test('the number is read from any size, from a part of a picture too', () => {
	for (const value of [1, 41_936, 0x80000001, 0xfffffffe]) {
		assert.is(readCounter(testPicture(value, 640, 360)), value);
		assert.is(readCounter(testPicture(value, 320, 180)), value);
		const box = { x: 0.5, y: 0.25, w: 0.5, h: 0.5 };
		assert.is(readCounter(testPicture(value, 1280, 720, box), box), value);
	}
});

test('a picture without the blocks has no number', () => {
	for (const level of [0, 128, 255]) {
		assert.is(readCounter({ format: 'rgba', width: 64, height: 36, data: new Uint8Array(64 * 36 * 4).fill(level) }), null);
	}
});

test('a dissolve of two numbers is none', () => {
	const [a, b] = [testPicture(41_936, 640, 360), testPicture(41_950, 640, 360)];
	for (let i = 0; i < a.data.length; i++) a.data[i] = (a.data[i]! + b.data[i]!) / 2;
	assert.is(readCounter(a), null);
});

test('I420 is read as bt709 studio range', () => {
	const [width, height] = [4, 4];
	const data = new Uint8Array((width * height * 3) / 2);
	data.fill(63, 0, 16).fill(102, 16, 20).fill(240, 20, 24);
	assert.ok(colourDistance(colourAt({ format: 'i420', width, height, data }, 0.5, 0.5, 1), [255, 0, 0]) <= 2);
});

test('colours are parsed as written', () => {
	assert.equal(parseColour('#3366cc'), [0x33, 0x66, 0xcc]);
});

test.run();
