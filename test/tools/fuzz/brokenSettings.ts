/** Settings files that are good, and the same broken in one known line. Made from a seed: a number names a file for ever. */
import type { Random } from '../random.js';

export interface BrokenSettings {
	kind: string;
	bytes: Buffer;
	/** The line that was broken, from 1. */
	line: number;
}

/** Every section, in blocks and in one line, with quotes and without. */
const good = `# Settings of a test.
network:
  servers:
    - name: ours
      urls: [turn:turn.example.org:3478, "turns:turn.example.org:5349"]
      for: both
      secret: canary-north
    - name: theirs
      urls:
        - stun:stun.example.org:3478
  cloudflare:
    keyId: k1
    apiToken: "canary-south"
  policy: all   # the best path
  ports: { first: 8189, last: 8289 }
  limits:
    guests: 12
    viewers: 72
  publicAddress: 192.0.2.7
  extraAddresses: []
  interfaces: [eth0, 'tailscale0']
  tcp: false
access:
  publicUrl: https://studio.example.org
  trustedProxies: [tunnel, 192.0.2.0/24]
  door: true
  tunnel:
    enabled: true
    host: vps.example.org
    port: 22
    user: studio
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"
    remotePort: 8080
  acme: null
program:
  canvas: 1280x720p30
`;

/** Values that a field cannot have. */
const wrongValues: Record<string, string[]> = {
	policy: ['none', '7', '[all]', '{ all: true }', 'null', 'true'],
	tcp: ['maybe', '1', '"true"', 'yes', 'null', '[true]'],
	door: ['on', '0', '{}', '"false"'],
	ports: ['8189', '{ first: 80, last: 8289 }', '{ first: 8189 }', '[8189, 8289]', '{ first: 8189, last: 8200 }', 'null'],
	guests: ['0', '13', 'many', '1.5', '-1', '.inf', '.nan', '1e9', '0x40', 'null'],
	viewers: ['-1', '100000', '"72"', '72.5', '2000'],
	publicAddress: ['studio.example.org', '256.1.1.1', '7', '""'],
	extraAddresses: ['none', '[none]', '[1, 2]', '{}'],
	interfaces: ['eth0', '["eth 0"]', '[[eth0]]', '[~]'],
	publicUrl: ['http://studio.example.org', 'studio', 'https://studio.example.org/path', '7', 'null'],
	trustedProxies: ['[proxy]', '[192.0.2.0/33]', 'tunnel', '[192.0.2.0/24/8]'],
	acme: ['{ email: nobody }', 'true', '[]', '{ email: a@example.org, colour: red }'],
	canvas: ['1281x720p30', 'big', '720', '1280x720p300', '[1280, 720]'],
	enabled: ['perhaps', '2'],
	host: ['"a b"', '[vps]', '-x-', 'null'],
	port: ['0', '65536', 'ssh'],
	user: ['"ro ot"', '7', 'null'],
	hostKey: ['AAAA', 'ssh-dss AAAA', '7'],
	remotePort: ['80', 'null', '"8080"'],
	for: ['nobody', '1', 'null'],
	keyId: ['"k 1"', '7', 'null', '[]'],
	apiToken: ['""', '7', 'null', '[canary-south]'],
};

interface Text {
	random: Random;
	lines: string[];
}
type Change = (text: Text) => number;

const oneOf = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
const indentOf = (line: string) => /^ */.exec(line)![0];
const isField = (line: string) => /^ +[a-zA-Z]+: \S/.test(line);

/** A line that fits, from 0. */
function pick({ random, lines }: Text, fits: (line: string, index: number) => boolean): number {
	const found = lines.flatMap((line, index) => (fits(line, index) ? [index] : []));
	return oneOf(random, found);
}
/** Changes one line that fits. */
function edit(fits: (line: string) => boolean, change: (line: string, random: Random) => string): Change {
	return (text) => {
		const at = pick(text, fits);
		text.lines[at] = change(text.lines[at]!, text.random);
		return at;
	};
}
/** Puts a line below a field, as indented as that. */
function add(...made: string[]): Change {
	return (text) => {
		const at = pick(text, isField);
		text.lines.splice(at + 1, 0, indentOf(text.lines[at]!) + oneOf(text.random, made));
		return at + 1;
	};
}
const putValue = (value: (random: Random) => string) =>
	edit(isField, (line, random) => line.replace(/: .*$/, `: ${value(random)}`));

const changes: Record<string, Change> = {
	'wrong value': (text) => {
		const names = Object.keys(wrongValues);
		const at = pick(text, (line) => names.some((name) => line.trimStart().startsWith(`${name}: `)));
		const [, blanks, name] = /^( +)([a-zA-Z]+): /.exec(text.lines[at]!)!;
		text.lines[at] = `${blanks}${name}: ${oneOf(text.random, wrongValues[name!]!)}`;
		return at;
	},
	'unknown name': add('colour: red', 'colour: { a: 1 }', '"a b": 1', 'x-y: [1, 2]', 'POLICY: all'),
	'name of an object': add('__proto__: 1', 'constructor: x', 'toString: 1', 'hasOwnProperty: []', '"": 1'),
	'name that is no text': add('7: x', 'true: x', '1.5: x'),
	'name that is nothing': add('null: x', '~: x'),
	'name that is a list': add('[a, b]: x', '{ a: b }: x'),
	'misspelt name': edit(isField, (line) => line.replace(/([a-zA-Z]+): /, (_, name: string) => `${name}s: `)),
	'name in other case': edit(isField, (line) => line.replace(/([a-zA-Z]+): /, (_, name: string) => `${name.toUpperCase()}: `)),
	'name twice': (text) => {
		const at = pick(text, isField);
		text.lines.splice(at + 1, 0, text.lines[at]!);
		return at + 1;
	},
	'section twice': (text) => {
		text.lines.push('network:', '  tcp: true');
		return text.lines.length - 2;
	},
	'tab in front': edit(isField, (line) => `\t${line.trimStart()}`),
	'tab after blanks': edit(isField, (line) => `${indentOf(line)}\t${line.trimStart()}`),
	'too far in': (text) => {
		const sibling = (line: string, before = '') => isField(line) && isField(before) && indentOf(line) === indentOf(before);
		const at = pick(text, (line, index) => sibling(line, text.lines[index - 1]));
		text.lines[at] = `  ${text.lines[at]}`;
		return at;
	},
	'too far out': (text) => {
		const at = pick(text, (line, index) => isField(line) && isField(text.lines[index - 1] ?? ''));
		text.lines[at] = text.lines[at]!.slice(1);
		return at;
	},
	'no colon': edit(isField, (line) => line.replace(': ', ' ')),
	'no blank after the colon': edit(
		(line) => /^ +[a-zA-Z]+: [a-z0-9]/.test(line) && !line.includes('://'),
		(line) => line.replace(': ', ':'),
	),
	'two names on a line': edit(isField, (line) => line.replace(/: .*$/, ': a: b')),
	'quote not closed': putValue((random) => oneOf(random, ['"all', "'all", '"a\\"', '"'])),
	'bracket not closed': putValue((random) => oneOf(random, ['[all', '{ all: 1', '[a, [b]', '{', '[', '[a, b, # c'])),
	'bracket of the other kind': putValue((random) => oneOf(random, ['[all}', '{ a: 1 ]', '[a, {b]}'])),
	'bracket too many': putValue((random) => oneOf(random, ['[all]]', '{ a: 1 }}', ']', '}', '"a"]'])),
	'text after quotes': putValue((random) => oneOf(random, ['"all" of it', "'a'b", '"canary-east"x'])),
	'escape that is none': putValue(() => '"a\\qb"'),
	'sign that begins no value': putValue((random) => oneOf(random, ['@x', '`x`', '%x', '- x', ', x'])),
	alias: putValue((random) => oneOf(random, ['*x', '[*x, *x]'])),
	anchor: putValue((random) => oneOf(random, ['&x 7', '&x [a]'])),
	tag: putValue((random) => oneOf(random, ['!!binary aGk=', '!!js/function "x"', '!x 1', '!<tag:yaml.org,2002:str> 1'])),
	'merge of a map': add('<<: { tcp: true }', '<<: *x'),
	bomb: (text) => {
		const level = (n: number) => `  - &b${n} [${Array.from({ length: 9 }, () => (n === 0 ? 'lol' : `*b${n - 1}`)).join(', ')}]`;
		const at = pick(text, (line) => /^\w+:$/.test(line));
		text.lines.splice(at, 0, 'bomb:', ...Array.from({ length: 9 }, (_, n) => level(n)));
		return at + 1;
	},
	'deep brackets': putValue((random) => {
		const depth = oneOf(random, [13, 50, 1000, 30_000]);
		return oneOf(random, ['[]', '{}'])[0]!.repeat(depth);
	}),
	'deep list': (text) => {
		const at = pick(text, isField);
		const list = `${' '.repeat(8)}${'- '.repeat(oneOf(text.random, [13, 1000, 30_000]))}x`;
		text.lines.splice(at, 1, text.lines[at]!.replace(/: .*$/, ':'), list);
		return at + 1;
	},
	'second document': (text) => {
		const at = pick(text, (line) => /^\w+:$/.test(line) && line !== 'network:');
		text.lines.splice(at, 0, '---');
		return at;
	},
	directive: (text) => {
		text.lines.unshift(oneOf(text.random, ['%YAML 1.1', '%TAG ! tag:example.org,2000:', '%FOO']), '---');
		return 0;
	},
	'no map at all': (text) => {
		text.lines.splice(
			0,
			text.lines.length,
			'# nothing',
			oneOf(text.random, ['- a', 'seven', '7', '[network]', '"network"', 'network']),
		);
		return 1;
	},
	'section of another kind': (text) => {
		text.lines.splice(pick(text, (line) => line === 'program:'));
		text.lines.push(`program: ${oneOf(text.random, ['7', '[]', 'on', '"canvas"'])}`);
		return text.lines.length - 1;
	},
	'unknown section': (text) => {
		text.lines.push('programs:', '  canvas: null');
		return text.lines.length - 2;
	},
	'field missing': (text) => {
		text.lines.splice(
			pick(text, (line) => line.startsWith('    remotePort')),
			1,
		);
		return text.lines.indexOf('  tunnel:');
	},
	'two of a name': edit(
		(line) => line.includes('name: theirs'),
		(line) => line.replace('theirs', 'ours'),
	),
	'too few ports': edit(
		(line) => line.startsWith('    viewers'),
		() => '    viewers: 500',
	),
	'not UTF-8': edit(
		isField,
		(line, random) => `${line} # ${oneOf(random, ['bl\uf8e5', '\uf8c3(', '\uf8ff\uf8fe', '\uf8ed\uf8a0\uf880'])}`,
	),
	'control character': edit(
		isField,
		(line, random) => line + oneOf(random, ['\0', '\u001b[0m', '\u0007', '\u0085', '\u2028', '\ufeff', '\r#']),
	),
};
/** What the schema says about a field elsewhere than where it was changed. */
const elsewhere: Record<string, string> = { 'too few ports': '  ports:' };

export const brokenKinds = [...Object.keys(changes), 'UTF-16', 'too large'];

/** A good file: comments, blank lines, line ends and a byte order mark as they may come. */
export function goodSettings(random: Random): Buffer {
	const lines = varied(random);
	return bytesOf(lines, random);
}

export function brokenSettings(random: Random, kind: string): BrokenSettings {
	const lines = varied(random);
	if (kind === 'UTF-16') return { kind, bytes: Buffer.from(`\ufeff${lines.join('\n')}`, 'utf16le'), line: 1 };
	if (kind === 'too large') {
		const bytes = Buffer.from([...lines, ...Array.from({ length: 4000 }, (_, n) => `# ${'x'.repeat(40)} ${n}`)].join('\n'));
		return {
			kind,
			bytes,
			line: bytes
				.subarray(0, 128 * 1024)
				.toString()
				.split('\n').length,
		};
	}
	const text = { random, lines };
	const changed = changes[kind]!(text);
	const index = elsewhere[kind] ? lines.findIndex((line) => line.startsWith(elsewhere[kind]!)) : changed;
	return { kind, bytes: bytesOf(lines, random), line: index + 1 };
}

/** More comments and empty lines, so that every line may be anywhere. */
function varied(random: Random): string[] {
	return good
		.trimEnd()
		.split('\n')
		.flatMap((line) =>
			random.next() < 0.15 ? [oneOf(random, ['', '# a: [comment', '    # "another', '  ', '#\ttab']), line] : [line],
		);
}

/** U+F8xx stands for the byte xx, which no text has. */
function bytesOf(lines: string[], random: Random): Buffer {
	const text =
		(random.next() < 0.2 ? '\ufeff' : '') + lines.join(random.next() < 0.3 ? '\r\n' : '\n') + (random.next() < 0.8 ? '\n' : '');
	const parts = text.split(/([\uf880-\uf8ff]+)/);
	const raw = (part: string) => Buffer.from([...part].map((sign) => sign.charCodeAt(0) & 0xff));
	return Buffer.concat(parts.map((part, index) => (index % 2 === 1 ? raw(part) : Buffer.from(part))));
}
