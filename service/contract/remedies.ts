/** Remedies for messages of GStreamer, the kernel and ssh, by name. The code that recognises a message names its remedy. */
export const remedyWords = {
	'build-plugin': () => 'Build the plugin: npm run build',
	'install-package': (name: string) => `Install the Debian package ${name}`,
	'install-element': (name: string) => `Install the GStreamer plugin that provides the element ${name}`,
	'sound-card': () => 'Plug in the sound card, or choose another for the source',
	'receiver-name': () => 'Check the receiver’s name and the network, or use its address',
	'special-target': () =>
		'Enter the address of another machine, or ask a technician to allow this one (settings: network.specialTargets)',
	'picture-too-large': () =>
		'Set the sender to a smaller picture: no side may be more than twice that of the canvas (Full HD always fits)',
	'sender-format': () =>
		'Set the sender to the agreed format (8-bit 4:2:0 H.264, or VP8), with a key frame every 2 s; if it sends that already, restart it',
	'disk-space': () => 'Free space on the disk or choose another data folder',
	'link-taken': () =>
		'Another process holds this link; it is taken over as soon as that process ends (r58 status lists the hosts)',
	'port-taken': () => 'Another program is using the port: close it, or choose another port',
	'device-busy': () => 'Another program is using the device: close it (fuser -v DEVICE names it)',
	'no-permission': () => "Give the service's user access to the device or folder (groups video, render and audio)",
	'no-signal': () => 'Check the cable, and that the camera is on and sending',
	'device-gone': () => 'The device is gone: plug it in again',
	'device-held': () =>
		'A driver is holding it: unplug and replug its device, or restart the machine. The rest of the show goes on',
	'out-of-memory': () => 'Use a smaller picture or fewer guests and viewers, or a machine with more memory',
	'ssh-host-key': () =>
		'The server’s key is not the one in access.tunnel.hostKey. If the server was reinstalled, enter its new key; otherwise somebody may be intercepting the connection',
	'ssh-permission': () => 'Add the public key from GET /api/tunnel to ~/.ssh/authorized_keys for that user on the server',
	'ssh-forwarding': () =>
		'Choose another port on the server, or let its sshd forward this one (AllowTcpForwarding, PermitListen)',
	'ssh-name': () => 'Check the server’s name and the DNS of this network',
	'ssh-unreachable': () => 'Check the server’s address and port, and that this network allows outgoing SSH',
} satisfies Record<string, (of: string) => string>;

/** `of`: what it names, such as a package. */
export interface Remedy {
	code: keyof typeof remedyWords;
	of?: string;
}
export type RemedyWords = Record<Remedy['code'], (of: string) => string>;

export function remedyText(remedy: Remedy | null, words: RemedyWords = remedyWords): string | null {
	return remedy && words[remedy.code](remedy.of ?? '');
}
