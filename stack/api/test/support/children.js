const children = new Set();

/** Have a child process end with this one, however this one ends: a test that ran out of time leaves nothing behind. */
export function own(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
// The test runner's way to end a file, and the user's.
process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));
