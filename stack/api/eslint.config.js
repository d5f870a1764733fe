import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-len': ['error', { code: 150 }],
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-throw-literal': 'error',
      complexity: ['error', 12],
    },
  },
  // A suite is one function that holds many short ones.
  { files: ['**/test/**'], rules: { 'max-lines-per-function': 'off' } },
];
