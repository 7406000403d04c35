export { type Broker, type BrokerSurroundings, startBroker } from './broker.js';
export { type BrokerConfig, type BrokerFlags, readConfig } from './config.js';
export { main } from './main.js';
export type { StartFault } from './start-fault.js';
