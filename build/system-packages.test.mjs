import { describe, expect, it } from 'vitest';
import { aptProblem, missingPackages } from './system-packages.mjs';

describe('missingPackages', () => {
  it('takes what is installed, also under its newer name, and nothing that was removed', () => {
    const listing = 'libnss3 installed\nlibgtk-3-0t64 installed\nxvfb config-files\n';
    expect(missingPackages(['libnss3', 'libgtk-3-0', 'xvfb', 'dbus'], listing)).toEqual(['xvfb', 'dbus']);
  });
});

describe('aptProblem', () => {
  it.each([
    ['E: Unable to locate package xvfb', /knows no xvfb: .*apt-get update/],
    ["E: Package 'xvfb' has no installation candidate", /knows no xvfb/],
    ['E: Failed to fetch http://deb.example/x.deb  Could not connect', /could not be downloaded: check the network/],
    ["E: You don't have enough free space in /var/cache/apt/archives/.", /No space/],
    ['E: Could not get lock /var/lib/dpkg/lock-frontend.', /Another package manager/],
    ['E: Sub-process /usr/bin/dpkg returned an error code (1)', /Sub-process .* to see why/],
  ])('%s', (output, sentence) => {
    expect(aptProblem(output, 'apt-get install xvfb')).toMatch(sentence);
  });
});
