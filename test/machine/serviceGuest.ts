/** Runs inside the virtual machine: the whole service. captureService.test.ts asserts what the steps saw. */
import { loadDevices } from './devices.js';
import { serviceSteps } from './serviceSteps.js';

loadDevices();
await serviceSteps();
process.exit(0);
