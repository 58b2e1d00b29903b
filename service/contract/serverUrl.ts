/** RFC 7064 §3.1 and RFC 7065 §3.1; IPv6 addresses in brackets. The panel uses it too. */
export const serverUrlPattern =
	/^(stuns?:(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?|turns?:(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?)$/i;
