/** A runbook with every way of working through it. */
export const LEDGER = `---
title: Ledger by hand
summary: Every way of working by hand.
service: ledger-db
severity: sev2
triggers: [LedgerSlow]
inputs:
  reason: { type: string, prompt: Why? }
  token: { type: secret, prompt: The vendor's token }
---

Use this by hand.

<Step id="look" expect="1m">

## Look at it

\`\`\`sh run
printf '%s' "$INPUT_REASON"
\`\`\`

</Step>

<Decision id="which">

## Which one is it?

<Choice value="disk" title="The disk">

It is full.

</Choice>

<Choice value="host" title="The host">

It is gone.

</Choice>

</Decision>

<Step id="clean" when="which=disk" expect="2m">

## Clean the disk

By hand.

</Step>

<Step id="move" when="which=host" danger="caution" expect="2m">

## Move the host

By hand.

</Step>
`
