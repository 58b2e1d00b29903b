/** `npm run up`: the demo show, with links to click. */
import { type ChildProcess, spawn } from 'node:child_process';
import { hostname, networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

interface Ready {
	http: string;
	https: string;
	operatorToken: string;
	technicianToken: string;
}

const main = fileURLToPath(new URL('../main.js', import.meta.url));
const service: ChildProcess = spawn(process.execPath, [main, '--demo', ...process.argv.slice(2)], {
	stdio: ['inherit', 'pipe', 'inherit'],
});
// Ctrl-C reaches the service as well; this program ends after it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => service.kill(signal));
service.on('exit', (code) => process.exit(code ?? 1));
createInterface({ input: service.stdout! }).on('line', (line) => {
	const message = JSON.parse(line) as Ready & { event: string };
	if (message.event === 'ready') void printLinks(message);
});

async function printLinks({ http, https, operatorToken, technicianToken }: Ready): Promise<void> {
	const call = async <T>(path: string, body: unknown): Promise<T> => {
		const response = await fetch(`${http}${path}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${technicianToken}`, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
		return (await response.json()) as T;
	};
	const guest = await demoGuest(http, technicianToken, call);
	const watch = await call<{ token: string }>('/api/tokens', { label: 'demo', role: 'viewer', streamers: ['program'] });
	const lan = lanUrl(https);
	process.stdout.write(
		[
			'',
			'R58 Studio is running. On this machine:',
			`  Operator  ${http}/switcher#${operatorToken}`,
			`  Guest     ${http}/guest_join#${guest}`,
			`  Watch     ${http}/watch/program#${watch.token}`,
			...(lan
				? [
						'',
						`From other machines, after trusting the certificate ${http}/ca.pem or accepting the warning:`,
						`  Operator  ${lan}/switcher#${operatorToken}`,
						`  Guest     ${lan}/guest_join#${guest}`,
						`  Watch     ${lan}/watch/program#${watch.token}`,
					]
				: []),
			'',
			'Press Ctrl-C to stop.',
			'',
		].join('\n'),
	);
}

/** The demo guest's invite; the guest is made once, the invite on every start because only hashes of tokens are stored. */
async function demoGuest(http: string, token: string, call: <T>(path: string, body: unknown) => Promise<T>): Promise<string> {
	const response = await fetch(`${http}/api/guests`, { headers: { authorization: `Bearer ${token}` } });
	const known = ((await response.json()) as { id: string; name: string }[]).find((guest) => guest.name === 'Demo guest');
	const invite = known
		? await call<{ token: string }>(`/api/guests/${known.id}/invite`, {})
		: await call<{ token: string }>('/api/guests', { name: 'Demo guest' });
	return invite.token;
}

/** The HTTPS address for other machines; null without a network. */
function lanUrl(https: string): string | null {
	const address = Object.values(networkInterfaces())
		.flat()
		.find((entry) => entry && !entry.internal && entry.family === 'IPv4')?.address;
	const port = new URL(https).port;
	return address ? `https://${address}:${port}` : hostname().includes('.') ? `https://${hostname()}:${port}` : null;
}
