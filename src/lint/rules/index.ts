import type { Rule } from '../rule.ts'
import { actionVerb } from './action-verb.ts'
import { actionVague } from './action-vague.ts'
import { actionUnbounded } from './action-unbounded.ts'
import { actionReference } from './action-reference.ts'
import { actionOverdue } from './action-overdue.ts'
import { actionUnproved } from './action-unproved.ts'
import { postmortemOverdue } from './postmortem-overdue.ts'
import { blameless } from './blameless.ts'
import { backupInterval } from './backup-interval.ts'
import { backupUnproved } from './backup-unproved.ts'
import { contactPlaceholder } from './contact-placeholder.ts'
import { contactUnverified } from './contact-unverified.ts'
import { datedName } from './dated-name.ts'
import { destructiveByHand } from './destructive-by-hand.ts'
import { destructiveTarget } from './destructive-target.ts'
import { destructiveUnproved } from './destructive-unproved.ts'
import { estimateOverRto } from './estimate-over-rto.ts'
import { fenceTypes } from './fence-types.ts'
import { informTemplate } from './inform-template.ts'
import { missingExpect } from './missing-expect.ts'
import { objectiveUnapproved } from './objective-unapproved.ts'
import { recoveryOrder } from './recovery-order.ts'
import { shellSyntax } from './shell-syntax.ts'
import { shellVariables } from './shell-variables.ts'
import { shellcheck } from './shellcheck.ts'
import { skippedOutput } from './skipped-output.ts'
import { sqlParameters } from './sql-parameters.ts'
import { unansweredAlert } from './unanswered-alert.ts'
import { uncoveredScript } from './uncovered-script.ts'
import { unknownAlert } from './unknown-alert.ts'
import { unknownAudience } from './unknown-audience.ts'
import { unknownDrill } from './unknown-drill.ts'
import { unknownRole } from './unknown-role.ts'
import { unknownService } from './unknown-service.ts'
import { unknownTarget } from './unknown-target.ts'
import { unlistedRunbook } from './unlisted-runbook.ts'

/** Every rule; a new one is a new file and a line here. */
export const RULES: readonly Rule[] = [
  unknownService,
  unlistedRunbook,
  unknownAlert,
  unknownDrill,
  unknownTarget,
  unknownRole,
  missingExpect,
  estimateOverRto,
  destructiveUnproved,
  destructiveByHand,
  destructiveTarget,
  fenceTypes,
  shellSyntax,
  shellcheck,
  shellVariables,
  skippedOutput,
  uncoveredScript,
  sqlParameters,
  datedName,
  informTemplate,
  unknownAudience,
  contactPlaceholder,
  contactUnverified,
  objectiveUnapproved,
  backupInterval,
  backupUnproved,
  recoveryOrder,
  unansweredAlert,
  actionVerb,
  actionVague,
  actionUnbounded,
  actionReference,
  actionOverdue,
  actionUnproved,
  postmortemOverdue,
  blameless,
]
