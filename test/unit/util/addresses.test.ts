import type { NetworkInterfaceInfo } from 'node:os';
import * as assert from 'uvu/assert';
import {
	householdOf,
	houseNetworks,
	isIn,
	isLanAddress,
	isLoopbackAddress,
	isPrivate,
	isPublicAddress,
	lanAddresses,
	listOf,
	localAddresses,
	ownNetworks,
	plainAddress,
	urlHost,
} from '../../../service/util/addresses.js';
import { test } from '../../tools/suite.js';

test('VPN addresses are recognised by interface and by range, and named', () => {
	const info = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4') => [
		{ address, family, netmask: '', mac: '', internal: false, cidr: null, scopeid: 0 },
	];
	const found = localAddresses({
		lo: info('127.0.0.1'),
		eth0: [...info('192.168.1.5'), ...info('fe80::1', 'IPv6')] as never,
		tailscale0: info('100.101.102.103'),
		wg0: info('10.8.0.2'),
		ztabcdef: info('10.147.20.3'),
		eth1: info('100.70.0.1'),
		wan: info('203.0.113.9'),
		bad: info('169.254.1.1'),
	} as never);
	assert.equal(
		found.map(({ interface: name, kind, name: what }) => [name, kind, what]),
		[
			['lo', 'loopback', 'this machine'],
			['eth0', 'lan', 'local network'],
			['tailscale0', 'vpn', 'Tailscale'],
			['wg0', 'vpn', 'WireGuard'],
			['ztabcdef', 'vpn', 'ZeroTier'],
			['eth1', 'vpn', 'Tailscale'],
			['wan', 'public', 'internet'],
		],
	);
});

test('who counts as one client is an IPv4 address, or a /64 of IPv6 however it is written', () => {
	assert.is(householdOf('192.0.2.7'), '192.0.2.7');
	const one = householdOf('2001:db8:0:1::1');
	for (const same of ['2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:0DB8:0000:0001::', '2001:db8::1:0:0:0:2', '2001:db8:0:1:a:b:c:d'])
		assert.is(householdOf(same), one, same);
	for (const other of ['2001:db8:0:2::1', '2001:db8::1', '2001:db8:0:1000::1', '::1', 'fe80::1'])
		assert.is.not(householdOf(other), one, other);
	assert.is(householdOf('::1'), householdOf('::2'));
	assert.is(householdOf('fe80::1'), householdOf('fe80::ffff:0:0:2'));
});

const info = (address: string, cidr: string | null = null, internal = false) =>
	({ address, cidr, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

test('an interface is known by its name, then by its range; link-local addresses are told to nobody', () => {
	const named = (name: string, address = '10.1.2.3') => localAddresses({ [name]: [info(address)] })[0];
	for (const [name, what] of [
		['tailscale1', 'Tailscale'],
		['wg-home', 'WireGuard'],
		['zt7', 'ZeroTier'],
		['nebula1', 'NetBird or Nebula'],
		['netbird0', 'NetBird or Nebula'],
		['wt0', 'NetBird or Nebula'],
		['tun0', 'VPN'],
		['tap3', 'VPN'],
		['utun4', 'VPN'],
	] as const)
		assert.equal([named(name)!.kind, named(name)!.name], ['vpn', what], name);
	for (const name of ['eth0', 'mytailscale', 'bwg', 'azt', 'wt', 'awt0', 'xtun']) assert.is(named(name)!.kind, 'lan', name);
	assert.equal(named('wg0', '::1'), {
		interface: 'wg0',
		address: '::1',
		family: 'IPv6',
		kind: 'loopback',
		name: 'this machine',
	});
	assert.is(named('eth0', 'fd7a:115c:a1e0::5')!.name, 'Tailscale');
	assert.is(named('eth0', 'fd00:fd7a:115c:a1e0::5')!.name, 'local network');
	for (const address of ['FE80::1', 'fe80::1', '169.254.9.9']) assert.is(named('eth0', address), undefined, address);
	assert.ok(named('eth0', '2001:fe80::1') && named('eth0', '1.169.254.1'));
	assert.equal(localAddresses({ gone: undefined }), []);
});

test('a list has the addresses and networks that are some, of both families', () => {
	const list = listOf(['192.0.2.7', '198.51.100.0/24', '2001:db8:1::/48', '2001:db8:2::5', 'nonsense', '', 'a/24']);
	for (const [address, there] of [
		['192.0.2.7', true],
		['192.0.2.8', false],
		['198.51.100.255', true],
		['198.51.101.0', false],
		['2001:db8:1:ffff::1', true],
		['2001:db8:2::5', true],
		['2001:db8:2::6', false],
		['nonsense', false],
		['', false],
	] as const)
		assert.is(isIn(list, address), there, address);
});

test('an address is told in its plain form', () => {
	assert.equal(
		['::ffff:192.0.2.1', '::FFFF:192.0.2.1', 'fe80::1%eth0', '192.0.2.1', '::ffff:abcd', '1::ffff:192.0.2.1', undefined].map(
			plainAddress,
		),
		['192.0.2.1', '192.0.2.1', 'fe80::1', '192.0.2.1', '::ffff:abcd', '1::ffff:192.0.2.1', ''],
	);
	assert.equal(['192.0.2.1', '2001:db8::1', 'studio.local'].map(urlHost), ['192.0.2.1', '[2001:db8::1]', 'studio.local']);
});

test('a household is told alike however its addresses are written', () => {
	for (const [address, household] of [
		['2001:0DB8:0:1::', '2001:db8:0:1'],
		['::1', '0:0:0:0'],
		['2001:db8::', '2001:db8:0:0'],
		['1:2:3:4:5:6:7:8', '1:2:3:4'],
		['1::8', '1:0:0:0'],
		['1:2:3::6:7:8', '1:2:3:0'],
		['::3:4:5:6:7:8', '0:0:3:4'],
		['192.0.2.7', '192.0.2.7'],
	] as const)
		assert.is(householdOf(address), household, address);
});

const inside = [
	'10.0.0.1',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.9.9',
	'169.254.1.1',
	'fc00::1',
	'fdff::1',
	'fe80::1',
	'febf::1',
];
const shared = ['100.64.0.1', '100.127.255.255'];
const own = ['127.0.0.1', '127.255.0.1', '::1'];
const outside = [
	'9.255.255.255',
	'11.0.0.0',
	'172.15.0.1',
	'172.32.0.1',
	'192.167.1.1',
	'100.63.255.255',
	'100.128.0.1',
	'126.0.0.1',
].concat(['128.0.0.1', '8.8.8.8', '169.253.1.1', 'fec0::1', 'fb00::1', 'fe00::1', '2001:db9::1', '::2']);
const special = [
	'0.1.2.3',
	'192.0.0.9',
	'192.0.2.1',
	'198.18.0.1',
	'198.19.255.1',
	'198.51.100.1',
	'203.0.113.1',
	'224.0.0.1',
].concat(['255.255.255.255', '::', '100::1', '2001:db8::1', 'ff02::1']);

test('what the internet forwards, what it does not, and what is no address', () => {
	for (const address of [...inside, ...shared, ...own])
		assert.equal([isPrivate(address), isPublicAddress(address)], [true, false], address);
	for (const address of outside) assert.equal([isPrivate(address), isPublicAddress(address)], [false, true], address);
	for (const address of special) assert.equal([isPrivate(address), isPublicAddress(address)], [false, false], address);
	assert.not(isPublicAddress('studio.example.org'));
	assert.equal(
		[...inside, ...shared, ...own, ...outside].filter((address) => isIn(listOf(houseNetworks), address)),
		[...inside, ...shared],
		'of every house, beside this machine',
	);
	assert.equal(own.map(isLoopbackAddress), [true, true, true]);
	assert.equal(['1.127.0.1', '::11', '10.127.0.1'].map(isLoopbackAddress), [false, false, false]);
});

const machine = {
	lo: [info('127.0.0.1', '127.0.0.1/8', true), info('::1', '::1/128', true)],
	eth0: [info('203.0.113.5', '203.0.113.5/24'), info('2001:db9:5::1', '2001:db9:5::1/64'), info('FE80::5', 'fe80::5/64')],
	eth1: [info('2001:db9:4::1', '2001:db9:4::1/64'), info('2001:db9:4::1', '2001:db9:4::1/64'), info('fd00::5', 'fd00::5/64')],
	gone: undefined,
};

test('on the LAN is a private address, one of this machine, or of an IPv6 network that it is on', () => {
	for (const [address, there] of [
		['10.0.0.1', true],
		['203.0.113.5', true],
		['203.0.113.6', false],
		['2001:db9:5:0:ffff::1', true],
		['2001:db9:6::1', false],
		['nonsense', false],
	] as const)
		assert.is(isLanAddress(address, machine), there, address);
	assert.equal(ownNetworks(machine), ['2001:db9:4::1/64', '2001:db9:5::1/64']);
	assert.equal(ownNetworks({ eth0: [info('2001:db9::1')] }), []);
});

test('others reach this machine by its addresses, IPv4 first', () => {
	assert.equal(lanAddresses(machine), ['203.0.113.5', '2001:db9:5::1', '2001:db9:4::1', '2001:db9:4::1', 'fd00::5']);
	assert.equal(lanAddresses({ eth0: [info('2001:db9::1'), info('192.0.2.1')] }), ['192.0.2.1', '2001:db9::1']);
});

test.run();
