/** What the r58 elements say and take, compared with their sources: the table of pipelines/ and the plugin cannot drift apart. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { parseCanvas } from '../../../pipelines/canvas.js';
import type { Commanded, Commands } from '../../../pipelines/commands.js';
import { elementEvent, events, type Factory } from '../../../pipelines/events.js';
import { element, pipeline, r58Elements } from '../../../pipelines/launch.js';
import { pipelineExamples } from '../../../service/cli/pipelineExamples.js';
import { hostMessage } from '../../../service/hosts/hostMessage.js';
import { linkSinkStats, mixerStats, slotVideo } from '../../tools/elementEvents.js';
import { root } from '../../tools/service.js';
import { test } from '../../tools/suite.js';

/** Every op, by the element that takes it. */
const ops: { [F in keyof Commands]: Record<Commands[F]['op'], true> } = {
	r58mixer: { program: true, audio: true, picture: true, slot: true },
	r58webrtc: { add: true, candidate: true, remove: true, keyframe: true },
	r58v4l2src: { open: true },
	r58testsrc: { freeze: true },
	r58linksink: { 'key-unit': true },
	r58linksrc: { 'key-unit': true },
};
/** Elements that are told things while they run. */
const commanded: Record<keyof Commanded, keyof Commands> = { mixer: 'r58mixer', rtc: 'r58webrtc', capture: 'r58v4l2src' };

const plugin = join(root, 'pipelines/plugin');
const read = (path: string) => readFileSync(join(plugin, path), 'utf8');
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found!);
const registered = (text: string) => all(text, /gst_element_register \(plugin, "(\w+)"/g);
const literals = (text: string) => all(text, /"([\w-]+)"/g);
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

const includes = (text: string) => all(text, /^#include "([^"]+)"/gm);

/** Headers of the plugin that a file sees, its own first. */
function headersOf(text: string, seen = new Set<string>()): Set<string> {
	for (const header of includes(text)) if (!seen.has(header)) headersOf(read(header), seen.add(header));
	return seen;
}

/** Sources by element: its file, and of its room the units whose header it sees, or all when it has the room for itself. */
const sources = new Map<string, string>();
const common = read('common/element.c');
for (const room of readdirSync(plugin, { withFileTypes: true }).filter(
	(entry) => entry.isDirectory() && entry.name !== 'build',
)) {
	const files = readdirSync(join(plugin, room.name))
		.filter((name) => name.endsWith('.c') && !(room.name === 'common' && name === 'element.c'))
		.map((name) => read(join(room.name, name)));
	const elements = files.filter((text) => registered(text).length > 0);
	for (const text of files) {
		const owners = elements.includes(text)
			? [text]
			: elements.filter((element) => elements.length === 1 || headersOf(element).has(includes(text)[0]!));
		for (const factory of owners.flatMap(registered)) sources.set(factory, (sources.get(factory) ?? '') + text);
		if (owners.length === 0) assert.not.match(text, /r58_post_event/, 'an event of nobody');
	}
}
const textOf = (factory: string) => sources.get(factory)!;
const takesCommands = (text: string) => /r58_command_parse/.test(text);

/** Members of the data of all events of an element. What servers say is added by the service. */
function members(factory: Factory): string[] {
	const found = new Set<string>();
	const walk = (node: unknown): void => {
		if (typeof node !== 'object' || node === null) return;
		const { properties = {} } = node as { properties?: object };
		for (const [name, inner] of Object.entries(properties)) {
			if (name === 'servers') continue;
			found.add(name);
			walk(inner);
		}
		for (const [key, inner] of Object.entries(node)) if (key !== 'properties') walk(inner);
	};
	for (const shape of Object.values<z.ZodType>(events[factory])) walk(z.toJSONSchema(shape));
	return [...found];
}

test('every event that the plugin posts is in the table, and every event of the table is posted', () => {
	const posted = [...sources].flatMap(([factory, text]) => [
		...all(text, /r58_post_event \(([^;]+)\);/g).flatMap((call) => literals(call).map((event) => `${factory} ${event}`)),
		...(takesCommands(text) ? [`${factory} refused`] : []),
	]);
	const table = Object.entries(events).flatMap(([factory, known]) => Object.keys(known).map((event) => `${factory} ${event}`));
	assert.ok(table.length > 25, `${table.length} events`);
	assert.equal(sorted(posted), sorted(table));
});

test('the data of each event has the members that the plugin writes, and no others', () => {
	for (const factory of Object.keys(events) as Factory[]) {
		const text = textOf(factory) + (takesCommands(textOf(factory)) ? common : '');
		const written = all(text, /(?:r58_json_\w+|json_builder_set_member_name) \(b, ([^,;]+)[,;]/g).flatMap(literals);
		const known = members(factory);
		assert.equal(
			sorted(written).filter((name) => !known.includes(name)),
			[],
			`${factory} writes more than the table has`,
		);
		const named = new Set(literals(text));
		assert.equal(
			known.filter((name) => !named.has(name)),
			[],
			`${factory} writes less than the table has`,
		);
	}
});

test('every command that the plugin takes is in the table, and every command of the table is taken', () => {
	const taken = [...sources].flatMap(([factory, text]) =>
		all(text, /(?:strcmp|g_str_equal) \((?:c->)?op, "([\w-]+)"\)/g).map((op) => `${factory} ${op}`),
	);
	const table = Object.entries(ops).flatMap(([factory, known]) => Object.keys(known).map((op) => `${factory} ${op}`));
	assert.equal(sorted(taken), sorted(table));
});

test('in every process the elements that are told things are those of the table', () => {
	const seen = new Set<string>();
	for (const [name, { launch }] of Object.entries(pipelineExamples(parseCanvas('1280x720p30')))) {
		const elements = r58Elements(launch);
		assert.ok(elements.size > 0 || !launch.includes('name='), name);
		for (const [told, factory] of Object.entries(commanded)) {
			if (!elements.has(told)) continue;
			assert.is(elements.get(told), factory, `${told} of ${name}`);
			seen.add(told);
		}
	}
	assert.equal(sorted(seen), sorted(Object.keys(commanded)));
});

test('the elements of a description are found by their names, whatever stands in quotes', () => {
	const text = pipeline(
		element('r58testsrc', { name: 'test', label: 'a" r58mixer name="mixer' }),
		element('filesink', { location: '/r58meter name=x', name: 'file' }),
		element('r58linksrc', { address: 'r58.1.a.video' }),
		element('r58meter', { name: 'picture' }),
	);
	assert.equal(
		[...r58Elements(text)],
		[
			['test', 'r58testsrc'],
			['picture', 'r58meter'],
		],
	);
});

test('an event of another shape is refused: a member too few, one too many, one of another type, an event of nobody', () => {
	const data = linkSinkStats({ lastPtsNs: '5' });
	const { buffers: _, ...less } = data;
	const wrong: [string, string, unknown][] = [
		['r58linksink', 'stats', less],
		['r58linksink', 'stats', { ...data, more: 1 }],
		['r58linksink', 'stats', { ...data, buffers: '7' }],
		['r58linksink', 'stats', { ...data, lastPtsNs: '-1' }],
		['r58linksink', 'stats', null],
		['r58linksink', 'key', {}],
		['r58linksink', 'gap', data],
		['r58linksink', 'constructor', data],
		['r58v4l2src', 'signal', { present: true, reason: 'busy' }],
		['filesink', 'stats', data],
		['__proto__', 'stats', data],
	];
	assert.equal(elementEvent('r58linksink', 'video', 'stats', data), {
		factory: 'r58linksink',
		element: 'video',
		event: 'stats',
		data,
	});
	for (const [factory, event, other] of wrong)
		assert.throws(() => elementEvent(factory, 'video', event, other), undefined, `${factory} ${event} ${JSON.stringify(other)}`);
});

test('what is no message of a host is none', () => {
	assert.equal(hostMessage({ type: 'ready' }), { type: 'ready' });
	const event = {
		type: 'event',
		element: 'mixer',
		event: 'stats',
		data: mixerStats({ slots: [{ slot: 0, video: slotVideo() }] }),
	};
	assert.equal(hostMessage(event), event);
	for (const other of [
		null,
		'ready',
		{},
		{ type: 'end' },
		{ type: 'refused' },
		{ type: 'ready', more: 1 },
		{ ...event, element: 1 },
	])
		assert.is(hostMessage(other), null, JSON.stringify(other));
});

test.run();
