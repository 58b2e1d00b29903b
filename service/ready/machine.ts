import type { Certificates } from '../contract/certificates.js';
import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import type { Facts, MachineFacts } from './facts.js';

/** The RK3588 slows down from 85 °C on (its thermal trip point); other machines at more. */
const hotC = { warn: 75, fail: 85 };
const dayMs = 86_400_000;
const certificateDays = { warn: 14, fail: 1 };

export function machineChecks({ machine, certificates, now }: Facts): Check[] {
	return [
		check('machine', 'clock', 'Clock', clockFinding(machine)),
		check('machine', 'temperature', 'Temperature', temperatureFinding(machine)),
		check('machine', 'certificate', 'Certificate', certificateFinding(certificates, now)),
	];
}

function clockFinding({ clockSynchronised }: MachineFacts): Finding {
	if (clockSynchronised === null) return off('Whether it follows a time server cannot be measured here');
	return clockSynchronised
		? ok('Follows a time server')
		: warn('Follows no time server: times in names and in the log may be wrong', 'Connect the network, or set a time server');
}

export function temperatureFinding({ temperatureC }: MachineFacts): Finding {
	if (temperatureC === null) return off('Cannot be measured here');
	const text = `${Math.round(temperatureC)} °C`;
	if (temperatureC >= hotC.fail)
		return fail(`${text}: the processor slows itself down`, 'Let air to the device; switch the fan on');
	if (temperatureC >= hotC.warn) return warn(`${text} is warm`, 'Let air to the device, out of the sun');
	return ok(text);
}

/** Of the certificate that is served first. */
export function certificateFinding({ served, acmeError }: Certificates, now: Date): Finding {
	const first = served[0];
	if (!first) return fail('There is none', 'Restart the studio');
	const days = Math.floor((Date.parse(first.validTo) - now.getTime()) / dayMs);
	const until = `valid until ${first.validTo.slice(0, 10)}`;
	const remedy = 'See the certificates on the System page';
	if (Date.parse(first.validFrom) > now.getTime())
		return fail(`It is not valid before ${first.validFrom.slice(0, 10)}`, 'Check the clock');
	if (days < certificateDays.fail) return fail(`It ends within a day: ${until}`, remedy);
	if (days < certificateDays.warn) return warn(`It ends in ${days} days: ${until}`, remedy);
	if (acmeError !== null) return warn(`It is ${until}, but a new one cannot be got: ${acmeError}`, remedy);
	if (first.kind === 'device') return ok(`Signed by this device, ${until}; guests from outside need one of the public name`);
	return ok(`For ${first.names.join(', ')}, ${until}`);
}
