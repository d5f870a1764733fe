// How PM2 runs the API: one worker per CPU behind one shared socket.
//
// The image sets what is read before this file is:
//   PM2_HOME                         a writable tmpfs
//   PM2_DISABLE_VERSION_CHECK=true   PM2 asks no other host
//   PM2_CONCURRENT_ACTIONS=64        all workers drain at once
//   NODE_CLUSTER_SCHED_POLICY=none   workers take connections from the shared socket themselves. Under Node's default the
//                                    parent hands each one out, and one that is on its way to a worker that dies is
//                                    answered by nobody, ever.

const { availableParallelism } = require('node:os');

// The process list and the sockets of PM2 live under PM2_HOME; nothing else is ever written.
const NOWHERE = '/dev/null';

// What PM2 itself takes, and a worker under steady load, as measured.
const PM2_BYTES = 96 * 2 ** 20;
const WORKER_BYTES = 192 * 2 ** 20;

/** One per CPU, or as many as the container's memory carries: workers beyond would be killed under load. */
function workers() {
  const memory = process.constrainedMemory() || Infinity; // 0, or undefined before 20.13, where no limit is known
  const carried = Math.floor((memory - PM2_BYTES) / WORKER_BYTES);
  return Math.max(1, Math.min(availableParallelism(), carried));
}

module.exports = {
  apps: [
    {
      name: 'api',
      script: 'src/server.js',
      cwd: __dirname,
      exec_mode: 'cluster',
      instances: (process.env.API_WORKERS ?? 'max') === 'max' ? workers() : process.env.API_WORKERS,
      interpreter_args: '--disable-proto=delete',

      // A crashed worker is started again after 10 ms. One that keeps crashing waits longer each time, up to 15 s, so that a
      // fault cannot eat the machine; 30 s of life reset the delay.
      exp_backoff_restart_delay: 10,
      min_uptime: 0,
      // sysexits EX_CONFIG: a missing secret does not appear by trying again. The container ends and Swarm reports it.
      stop_exit_codes: [78],

      // A reload ends the old worker when the new one listens. On a slow machine that takes longer than PM2's 3 s, after
      // which it would end the old one all the same, and nobody would answer.
      listen_timeout: 60000,

      // Longer than the drain in src/drain.js (5 s of accepting while the name is withdrawn, 8 s for what is open),
      // shorter than the service's stop_grace_period (20 s).
      kill_timeout: 15000,
      kill_retry_time: 500,

      // Logs go to PM2's standard output and from there to the engine.
      out_file: NOWHERE,
      error_file: NOWHERE,

      // No file watching, no git metadata, no metrics agent, no source maps in memory.
      watch: false,
      vizion: false,
      pmx: false,
      disable_source_map_support: true,

      env: { NODE_ENV: 'production', DRAIN_ACCEPT_MS: process.env.DRAIN_ACCEPT_MS ?? '5000' },
    },
  ],
};
