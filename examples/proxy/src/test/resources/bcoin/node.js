'use strict';

/*
 * A bcoin full node, or one that follows by filtered blocks what it watches, that is told what to do by JSON lines on stdin and answers by JSON lines on
 * stdout: {"id":7,"do":"mine","blocks":3,"script":"a914..."} -> {"id":7,"result":{...}}. Lines
 * with "event" instead of "id" are said unasked. The options are the first argument, as JSON.
 */

// The native parts would have to be compiled first.
process.env.NODE_BACKEND = 'js';

const readline = require('readline');
const bcoin = require('bcoin');

const {Address, Chain, Network, Script, TX} = bcoin;
const {thresholdStates} = require('bcoin/lib/blockchain/common');

/*
 * On regtest bcoin lets miners vote on segwit, as everybody did when it was written. Today all rules
 * hold from the first block, and bcoin is brought to that.
 */
const {block, deployments} = Network.get('regtest');
block.bip34height = block.bip65height = block.bip66height = 1;

const {getState, getDeploymentState} = Chain.prototype;
Chain.prototype.getState = async function(prev, deployment) {
  return deployment === deployments.csv || deployment === deployments.segwit
    ? thresholdStates.ACTIVE
    : getState.call(this, prev, deployment);
};
Chain.prototype.getDeploymentState = async function() {
  return this.height === 0
    ? this.getDeployments(this.tip.time, this.tip)
    : getDeploymentState.call(this);
};

const told = JSON.parse(process.argv[2]);

const say = line => process.stdout.write(JSON.stringify(line) + '\n');
const fail = (error) => {
  say({event: 'error', message: String(error && error.stack || error)});
  process.exit(1);
};

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const options = {
  network: 'regtest',
  memory: told.prefix == null,
  workers: false,
  listen: told.listen,
  host: '127.0.0.1',
  port: told.port,
  maxInbound: 2000,
  bip37: told.bip37,
  compact: told.compact,
  seeds: [],
  upnp: false,
  persistentMempool: false,
  httpHost: '127.0.0.1',
  httpPort: 0,
  noAuth: true,
  logLevel: told.log || 'none',
  logConsole: told.log != null,
  logFile: false
};
if (told.prefix != null)
  options.prefix = told.prefix;
if (told.only != null)
  options.only = [told.only];

const spv = told.watch != null;
const node = spv ? new bcoin.SPVNode(options) : new bcoin.FullNode(options);

const tip = () => ({height: node.chain.height, hash: node.chain.tip.rhash()});

const find = async (what) => {
  const block = await node.chain.getBlock(
    typeof what === 'number' ? what : Buffer.from(what, 'hex').reverse().toString('hex'));
  if (!block)
    throw new Error(`no block ${what}`);
  return block;
};

const actions = {
  tip: async () => tip(),

  // Blocks whose coinbase pays the given script (hex), which must be one that has an address.
  mine: async ({blocks, script}) => {
    const address = Address.fromScript(Script.fromRaw(Buffer.from(script, 'hex')));
    const hashes = [];
    for (let i = 0; i < blocks; i++) {
      const block = await node.miner.cpu.mineBlock(null, address);
      if (!await node.chain.add(block))
        throw new Error('the mined block was not connected');
      hashes.push(block.rhash());
    }
    return {...tip(), hashes};
  },

  block: async ({block}) => (await find(block)).toRaw().toString('hex'),

  send: async ({tx}) => {
    const parsed = TX.fromRaw(Buffer.from(tx, 'hex'));
    const missing = await node.mempool.addTX(parsed);
    if (missing)
      throw new Error('missing inputs');
    return parsed.txid();
  },

  mempool: async () => node.mempool.getSnapshot().map(
    hash => Buffer.from(hash, 'hex').reverse().toString('hex')),

  peers: async () => {
    const peers = [];
    for (let peer = node.pool.peers.head(); peer; peer = peer.next) {
      peers.push({
        id: peer.id,
        inbound: !peer.outbound,
        ready: peer.handshake,
        agent: peer.agent,
        version: peer.version
      });
    }
    return peers;
  },

  stop: async () => {
    await node.close();
    setImmediate(() => process.exit(0));
    return true;
  }
};

node.on('error', error => say({event: 'log', message: String(error && error.message || error)}));
node.on('connect', (entry, {txs}) => {
  if (spv)
    txs.forEach(tx => say({event: 'tx', txid: tx.txid(), block: entry.height}));
  say({event: 'tip', ...tip()});
});
node.on('tx', tx => say({event: 'tx', txid: tx.txid()}));
node.pool.on('ban', peer => say({event: 'ban', peer: peer.hostname()}));

(async () => {
  await node.ensure();
  await node.open();
  if (spv)
    node.pool.watch(Buffer.from(told.watch, 'hex'));
  await node.connect();
  if (told.only != null)
    await node.startSync();
  say({event: 'ready', ...tip()});

  // One at a time, in the order they were said.
  let last = Promise.resolve();
  const lines = readline.createInterface({input: process.stdin});
  lines.on('line', (line) => {
    const request = JSON.parse(line);
    last = last.then(async () => {
      try {
        say({id: request.id, result: await actions[request.do](request)});
      } catch (e) {
        say({id: request.id, error: String(e && e.message || e)});
      }
    });
  });
  // Whoever started us is gone.
  lines.on('close', () => process.exit(0));
})().catch(fail);
