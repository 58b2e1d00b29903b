/** `node forward.js FROM-ADDRESS FROM-PORT TO-ADDRESS TO-PORT`: hands TCP connections on. Prints a line when it listens. */
import { connect, createServer } from 'node:net';

const [, , from, fromPort, to, toPort] = process.argv;
createServer((inner) => {
	const outer = connect(Number(toPort), to!);
	inner.pipe(outer).pipe(inner);
	inner.on('error', () => outer.destroy());
	outer.on('error', () => inner.destroy());
}).listen(Number(fromPort), from, () => process.stdout.write('listening\n'));
