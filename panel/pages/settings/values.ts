/** Sections of /api/settings as the forms hold them; secrets arrive as true (set) or null. */
export interface TunnelValues {
	enabled: boolean;
	host: string;
	port: number;
	user: string;
	hostKey: string;
	remotePort: number;
}
export interface AccessValues {
	publicUrl: string | null;
	trustedProxies: string[];
	lan: string[];
	names: string[];
	openToInternet: boolean;
	door: boolean;
	tunnel: TunnelValues | null;
	acme: { email: string | null; directoryUrl: string } | null;
}
export interface ProgramValues {
	canvas: string | null;
}
export interface SettingsSections {
	access: AccessValues;
	program: ProgramValues;
}
