import * as assert from 'uvu/assert';
import { parseCanvas } from '../../../pipelines/canvas.js';
import { type Link, linkAddress, linkOf, links } from '../../../pipelines/links.js';
import { pipelineExamples } from '../../../service/cli/pipelineExamples.js';
import { test } from '../../tools/suite.js';

const canvas = parseCanvas('1280x720p30');
const examples = Object.entries(pipelineExamples(canvas));

/** The addresses that elements of one kind have in a launch description. */
function addresses(launch: string, element: 'r58linksink' | 'r58linksrc'): string[] {
	return [...launch.matchAll(new RegExp(`${element}[^!]*? address=(\\S+)`, 'g'))].map(([, address]) =>
		address!.replaceAll('"', ''),
	);
}

test('every process writes and reads the links that the table gives it, and no others', () => {
	const written = new Set<string>();
	const read = new Set<string>();
	for (const [name, { role, launch }] of examples) {
		for (const address of addresses(launch, 'r58linksink')) {
			const link = linkOf(address);
			assert.is(link && links[link].writer, role, `${name} writes ${address}`);
			written.add(link!);
		}
		for (const address of addresses(launch, 'r58linksrc')) {
			const link = linkOf(address);
			assert.ok(link && (links[link] as Link).readers.includes(role), `${name} reads ${address}`);
			read.add(`${link} ${role}`);
		}
	}
	assert.equal([...written].sort(), Object.keys(links).sort());
	// Mixers take their inputs by command, not by elements of their own.
	const byElement = Object.entries(links).flatMap(([link, { readers }]) =>
		readers.filter((role) => !['mixer', 'multiview'].includes(role)).map((role) => `${link} ${role}`),
	);
	assert.equal([...read].sort(), byElement.sort());
});

test('a reader asks for what the table says is on the link', () => {
	let asked = 0;
	for (const [name, { launch }] of examples)
		for (const [, address, caps] of launch.matchAll(/r58linksrc[^!]*? address="([^"]+)" caps="([^"]+)"/g)) {
			asked += 1;
			assert.is(caps, links[linkOf(address!)!].format(canvas), `${name} reads ${address}`);
		}
	assert.ok(asked > 8, `${asked} readers`);
});

test('an address leads back to its entry of the table', () => {
	assert.is(linkOf(linkAddress('ab12', 'hdmi1.video')), 'SOURCE.video');
	assert.is(linkOf(linkAddress('ab12', 'n1-11.audio')), 'n1-SLOT.audio');
	assert.is(linkOf(linkAddress('ab12', 'program.audio')), 'program.audio');
	assert.is(linkOf('r58.ab12.hdmi1.text'), undefined);
});

test.run();
