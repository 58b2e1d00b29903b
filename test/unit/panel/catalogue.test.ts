import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { sentenceOf } from '../../../panel/data/refusal.js';
import { bytes, decibels, number, timeLeft } from '../../../panel/elements/format.js';
import { common as enCommon } from '../../../panel/texts/en/common.js';
import * as en from '../../../panel/texts/en/index.js';
import { setLanguage } from '../../../panel/texts/language.js';
import { common, common as noCommon } from '../../../panel/texts/no/common.js';
import * as no from '../../../panel/texts/no/index.js';
import { t } from '../../../panel/texts/texts.js';
import { pages } from '../../../service/contract/pages.js';
import { test } from '../../tools/suite.js';

/** Each text by its path; functions count as one. */
function leaves(value: object, path: string): [string, unknown][] {
	return Object.entries(value).flatMap(([key, text]) =>
		typeof text === 'object' ? leaves(text as object, `${path}.${key}`) : [[`${path}.${key}`, text] as [string, unknown]],
	);
}
const english = leaves({ ...en, common: enCommon }, 't');
const norwegian = new Map(leaves({ ...no, common: noCommon }, 't'));

test('both languages have the same texts, of the same kind, and none is empty', () => {
	assert.equal(
		[...norwegian.keys()],
		english.map(([path]) => path),
	);
	for (const [path, text] of english) assert.is(typeof norwegian.get(path), typeof text, path);
	const empty = [...english, ...norwegian].filter(([, text]) => text === '').map(([path]) => path);
	assert.equal([...new Set(empty)], ['t.system.device.tunnels.off']);
});

test('a sentence is not the same in both languages by oversight', () => {
	const same = english.filter(
		([path, text]) => typeof text === 'string' && / \p{L}{2,} /u.test(text) && norwegian.get(path) === text,
	);
	assert.equal(same, []);
});

test('each page of the table has a title', () => {
	for (const { name } of pages) assert.ok(enCommon.pages[name] && common.pages[name], name);
});

test('another language counts for what is rendered next', () => {
	assert.is(t.words.save, 'Save');
	setLanguage('no');
	try {
		assert.is(t.words.save, 'Lagre');
		assert.match(sentenceOf(0), /Studioet svarer ikke/);
		assert.is(bytes(1_830_000_000), '1,8 GB');
		assert.is(decibels(-6.52), '−6,5 dB');
		assert.is(timeLeft(2_000_000_000, 4000), 'omtrent 1 t 0 min');
		assert.is(number(12.5, { decimals: 2 }), '12,50');
	} finally {
		setLanguage('en');
	}
	assert.is(bytes(1_830_000_000), '1.8 GB');
});

const files = (readdirSync('panel', { recursive: true }) as string[])
	.filter((file) => /^(data|elements|pages|main\.ts)/.test(file) && file.endsWith('.ts'))
	.map((file): [string, string] => [file, readFileSync(join('panel', file), 'utf8')]);

/** The fixed parts of each html and svg template; what is put in counts as one sign. */
function templates(source: string): string[] {
	const found: string[] = [];
	for (const { index } of source.matchAll(/\b(?:html|svg)`/g)) {
		let text = '';
		let i = source.indexOf('`', index) + 1;
		for (; source[i] !== '`'; i += 1) {
			if (source[i] === '$' && source[i + 1] === '{') {
				i = endOf(source, i + 2);
				text += '\0';
			} else text += source[i];
		}
		found.push(text);
	}
	return found;
}

/** Position of the brace that closes what was opened before `start`; templates and strings in it are skipped. */
function endOf(source: string, start: number): number {
	let i = start;
	for (; source[i] !== '}'; i += 1) {
		const sign = source[i]!;
		if (sign === '{') i = endOf(source, i + 1);
		else if (sign === "'" || sign === '"') {
			i += 1;
			while (source[i] !== sign) i += source[i] === '\\' ? 2 : 1;
		} else if (sign === '`') {
			i += 1;
			for (; source[i] !== '`'; i += 1) if (source[i] === '$' && source[i + 1] === '{') i = endOf(source, i + 2);
		}
	}
	return i;
}

/** Names and units are the same in every language, and so are examples of addresses and keys. */
const names = ['R58 Studio', '3 STUN', 'Opus', 'Mbit/s', 'Mac OS'];
const example = /^placeholder="[^"]*(?:\w[.:]\w|:\/\/|AAAA)/;

test('the words of a template come from the catalogue', () => {
	let read = 0;
	const written = files.flatMap(([file, source]) =>
		templates(source).flatMap((template) => {
			read += 1;
			const bare = template.replace(/<code>[^<]*<\/code>/g, '');
			const attributes = [...bare.matchAll(/\b(?:aria-label|title|alt|placeholder)="[^"]*\p{L}{2,}[^"]*"/gu)].map(
				([text]) => text,
			);
			const words = bare
				.replace(/<!--.*?-->|<[^>]*>/gs, '\n')
				.split(/[\n\0]/)
				.map((text) => text.trim())
				.filter((text) => /\p{L}{2,}/u.test(text) && !names.includes(text));
			return [...attributes.filter((text) => !example.test(text)), ...words].map((text) => `${file}: ${text}`);
		}),
	);
	assert.ok(read > 200, String(read));
	assert.equal(written, []);
});

test('no sentence stands in the code of the panel', () => {
	const written = files.flatMap(([file, source]) => {
		const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
		const literals = [...code.matchAll(/'(\p{Lu}\p{Ll}+,? \p{L}[^'\n]*)'/gu)].map(([, text]) => text!);
		return literals.filter((text) => !names.includes(text)).map((text) => `${file}: ${text}`);
	});
	assert.equal(written, []);
});

test.run();
