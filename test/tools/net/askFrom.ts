import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** `fetch` chooses no address of its own end. */
export async function askFrom(
	localAddress: string,
	url: string | URL,
	{ method, headers, body }: { method: string; headers: Record<string, string>; body?: string | undefined },
): Promise<Response> {
	const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
	const sent = request(url, { method, localAddress, agent: false, headers: { ...headers, ...length } });
	sent.end(body);
	const [answer] = (await once(sent, 'response')) as [IncomingMessage];
	const text = Buffer.concat(await answer.toArray());
	const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
		values.map((value): [string, string] => [name, value]),
	);
	return new Response(answer.statusCode === 204 ? null : text, { status: answer.statusCode!, headers: pairs });
}
