import childProcess from 'node:child_process';
import fs from 'node:fs';
import { Socket } from 'node:net';

import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { longRunning } from './custom-resource/template';
import { guarded } from './maintenance-window/app';

function synthesize(): string {
  const app = new App();
  const stack = new Stack(app, 'Orders');
  guarded(stack, 'Node');
  guarded(stack, 'Python', { runtime: lambda.Runtime.PYTHON_3_13 });
  longRunning(stack, 'Resource');
  const assembly = app.synth();
  return JSON.stringify([assembly.getStackByName('Orders').template, fs.readFileSync(`${assembly.directory}/Orders.assets.json`, 'utf8')]);
}

test('gives the same template and assets each time', () => {
  expect(synthesize()).toBe(synthesize());
});

test('starts no process and opens no connection', () => {
  const doors = [
    jest.spyOn(Socket.prototype, 'connect'),
    ...(['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const).map((name) => jest.spyOn(childProcess, name)),
  ];
  synthesize();
  for (const door of doors) {
    expect(door).not.toHaveBeenCalled();
  }
});
