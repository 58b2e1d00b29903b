import { audioCaps } from './canvas.js';
import { caps, chain, element } from './launch.js';
import { linkAddress } from './links.js';

export interface AlsaSourceOptions {
	instance: string;
	/** Source whose sound this is. */
	id: string;
	/** ALSA name of the capture device, e.g. `hw:CARD=Loopback,DEV=1`. */
	device: string;
}

/**
 * The sound of a source from a sound card (HDMI embedded or USB), in a process of its own, so that a card that is pulled out
 * takes no picture with it. The card runs on its own clock; r58drift brings it to the machine's.
 */
export function alsaSource(o: AlsaSourceOptions): string {
	return chain(
		// Stamped with the machine's clock on arrival: alsasrc's other methods hide the drift from r58drift, or jump.
		element('alsasrc', { name: 'card', device: o.device, 'provide-clock': false, 'slave-method': 're-timestamp' }),
		element('audioconvert'),
		element('audioresample'),
		caps(audioCaps),
		element('r58drift', { name: 'drift' }),
		element('r58linksink', { name: 'audio', address: linkAddress(o.instance, `${o.id}.card`) }),
	);
}
