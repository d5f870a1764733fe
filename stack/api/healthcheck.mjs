// The container's health check: is a worker of this container answering? The database is not asked, because a
// container must not be replaced for a fault that its replacement would share; readyz says whether that one is well.
import { get } from 'node:http';

const LIMIT_MS = 3000;
const port = process.env.PORT ?? '3000';

const request = get({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on('error', () => process.exit(1));
setTimeout(() => process.exit(1), LIMIT_MS);
