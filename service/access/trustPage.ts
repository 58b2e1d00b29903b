import type { Context } from 'koa';
import { escaped, plainPage } from '../http/plainPage.js';
import { qrSvg } from '../util/qr.js';

interface Platform {
	name: string;
	steps: string[];
}

const platforms: Platform[] = [
	{
		name: 'iPhone and iPad',
		steps: [
			'Open this page in Safari, tap <b>Download</b> above and allow it.',
			'<b>Settings</b> → <b>Profile Downloaded</b> → <b>Install</b>.',
			'<b>Settings</b> → <b>General</b> → <b>About</b> → <b>Certificate Trust Settings</b>: turn the studio on.',
		],
	},
	{
		name: 'Android',
		steps: [
			'Tap <b>Download</b> above.',
			'<b>Settings</b> → search for <b>CA certificate</b> (Security → Encryption and credentials → Install a certificate).',
			'Choose <b>CA certificate</b>, <b>Install anyway</b>, then the downloaded file. Chrome uses it immediately. Firefox does not use it: open the studio there and accept the warning.',
		],
	},
	{
		name: 'Windows',
		steps: [
			'Click <b>Download</b> above and open the file.',
			'<b>Install Certificate…</b> → <b>Current User</b> → <b>Place all certificates in the following store</b> → <b>Trusted Root Certification Authorities</b>.',
			'Confirm with <b>Yes</b> when the fingerprint is the one above, and restart Chrome or Edge.',
		],
	},
	{
		name: 'macOS',
		steps: [
			'Click <b>Download</b> above and open the file: Keychain Access opens; add it to <b>login</b>.',
			'Double-click the studio in the list, open <b>Trust</b>, and set <b>When using this certificate</b> to <b>Always Trust</b>.',
			'Restart the browser.',
		],
	},
	{
		name: 'Linux, and Firefox everywhere',
		steps: [
			'Firefox: <b>Settings</b> → <b>Privacy &amp; Security</b> → <b>View Certificates…</b> → <b>Authorities</b> → <b>Import…</b>, and tick <b>identify websites</b>.',
			'Chrome and Chromium: open <code>chrome://certificate-manager</code> → <b>Installed by you</b> → <b>Import</b> under trusted certificates; or <code>certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n r58 -i r58-studio.crt</code>.',
			'The whole system (Debian): copy the <code>.pem</code> file as <code>/usr/local/share/ca-certificates/r58-studio.crt</code>, then <code>sudo update-ca-certificates</code>.',
		],
	},
];

const page = plainPage({
	title: 'Trust this studio',
	style: `
body { max-width: 44rem; }
h2 { font-size: 1.15rem; }
a { color: #0b57d0; }
@media (prefers-color-scheme: dark) { a { color: #8ab4ff; } }
.download { display: inline-block; padding: 0.7rem 1.2rem; border-radius: 8px; background: #1f5fd0; color: #fff; font-weight: 600; text-decoration: none; }
.fingerprint { font: 0.9rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
.qr { width: 200px; max-width: 60vw; background: #fff; border-radius: 8px; display: block; }
summary { padding: 0.6rem 0; font-weight: 600; cursor: pointer; }
details { border-top: 1px solid #8886; }
li { margin: 0.4rem 0; }
`,
});

/** How to trust the studio, by platform. Served over plain HTTP. */
export function answerTrustPage(
	context: Context,
	{ name, fingerprint, url }: { name: string; fingerprint: string; url: string },
): void {
	const code = `data:image/svg+xml;base64,${Buffer.from(qrSvg(url)).toString('base64')}`;
	page(
		context,
		`<h1>Trust this studio</h1>
<p>The studio identifies itself with its own certificate. Once this device trusts it, the browser warnings stop, and
camera and microphone work. It takes a minute, once per device.</p>
<p><a class="download" href="/ca.crt" download="r58-studio.crt">Download</a> <a href="/ca.pem">as .pem</a></p>
<p>Compare the fingerprint (SHA-256) of <b>${escaped(name)}</b> with the one on the <b>System</b> page of the panel,
opened on the device itself or on one that already trusts it:</p>
<p class="fingerprint" data-testid="fingerprint">${escaped(fingerprint)}</p>
${platforms
	.map(
		(platform) => `<details><summary>${platform.name}</summary><ol>
${platform.steps.map((step) => `<li>${step}</li>`).join('\n')}
</ol></details>`,
	)
	.join('\n')}
<details><summary>Stop trusting it</summary><p>Remove <b>${escaped(name)}</b> in the same place. Whoever has the key of this
authority could impersonate other sites to this device, so remove it when you no longer use this studio.</p></details>
<h2>On another device</h2>
<p>Scan this, or open <b>${escaped(url)}</b></p>
<img class="qr" alt="QR code of this page" src="${code}">`,
	);
}
