import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MongoClient } from 'mongodb';
import { adsSuite } from './contract/ads.js';
import { loginSuite } from './contract/login.js';
import { newAdsSuite } from './contract/new-ads.js';
import { outageSuite } from './contract/outage.js';
import { pushTokensSuite } from './contract/pushtokens.js';
import { registrationSuite } from './contract/registration.js';
import { requestsSuite } from './contract/requests.js';
import { tokensSuite } from './contract/tokens.js';
import { Client, Contract } from './support/contract.js';
import { ReplicaSet } from './support/replica-set.js';
import { Service } from './support/service.js';

/** Answers that only the proxy in front gives; tests/engine/nginx sees them. And what nobody foresaw. */
const NOT_FROM_HERE = /^(?!authenticate).* 429$|^listTags 503$| (408|414|421|431|500)$/;

describe('the API', () => {
  /** What the suites share; filled before they run. */
  const stage = {};

  before(async () => {
    stage.set = await ReplicaSet.start(3);
    stage.uri = stage.set.uri('nodepop');
    stage.service = await Service.start({ uri: stage.uri });
    stage.contract = new Contract();
    stage.client = new Client(stage.service.url, stage.contract);
    stage.mongo = await MongoClient.connect(stage.uri);
    stage.db = stage.mongo.db();
    stage.token = await stage.client.token();
  });

  after(async () => {
    await stage.mongo?.close();
    await stage.service?.stop('SIGKILL');
    await stage.set?.stop();
  });

  registrationSuite(stage);
  loginSuite(stage);
  tokensSuite(stage);
  adsSuite(stage);
  newAdsSuite(stage);
  pushTokensSuite(stage);
  requestsSuite(stage);
  outageSuite(stage);

  it('gave every answer that its description promises', () => {
    assert.deepEqual(
      stage.contract.unseen().filter((name) => !NOT_FROM_HERE.test(name)),
      [],
    );
  });

  it('wrote no password, token or connection string to its log', () => {
    for (const secret of ['correct horse', stage.token, 'mongodb://'])
      assert.ok(!stage.service.output.includes(secret));
  });
});
