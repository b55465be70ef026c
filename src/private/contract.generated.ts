// Generated from lambda/contract by `npm run contract`. Do not edit.

/** From lambda/contract/names.json. */
export const NAMES = {
  "environment": {
    "wrapper": "AWS_LAMBDA_EXEC_WRAPPER",
    "nextWrapper": "PATIENT_LAMBDA_NEXT_WRAPPER",
    "operatorParameter": "PATIENT_LAMBDA_OPERATOR_PARAMETER",
    "plannedParameter": "PATIENT_LAMBDA_PLANNED_PARAMETER",
    "windowSource": "PATIENT_LAMBDA_WINDOW_SOURCE",
    "table": "PATIENT_LAMBDA_TABLE",
    "functionKey": "PATIENT_LAMBDA_FUNCTION_KEY",
    "cacheTtl": "PATIENT_LAMBDA_CACHE_TTL",
    "leadTime": "PATIENT_LAMBDA_LEAD_TIME",
    "onWindowUnknown": "PATIENT_LAMBDA_ON_WINDOW_UNKNOWN",
    "onUnknownClient": "PATIENT_LAMBDA_ON_UNKNOWN_CLIENT",
    "handlerLoading": "PATIENT_LAMBDA_HANDLER_LOADING",
    "duplicateCheckFor": "PATIENT_LAMBDA_DUPLICATE_CHECK_FOR",
    "fifoVisibilityTimeout": "PATIENT_LAMBDA_FIFO_VISIBILITY_TIMEOUT",
    "keepFinished": "PATIENT_LAMBDA_KEEP_FINISHED",
    "deferral": "PATIENT_LAMBDA_DEFERRAL",
    "rejection": "PATIENT_LAMBDA_REJECTION",
    "alwaysRun": "PATIENT_LAMBDA_ALWAYS_RUN",
    "streaming": "PATIENT_LAMBDA_STREAMING",
    "coalesceBy": "PATIENT_LAMBDA_COALESCE_BY",
    "tickInputs": "PATIENT_LAMBDA_TICK_INPUTS",
    "gate": "PATIENT_LAMBDA_GATE",
    "disabled": "PATIENT_LAMBDA_DISABLED",
    "attached": "PATIENT_LAMBDA_ATTACHED"
  },
  "plannerEnvironment": {
    "mirror": "PATIENT_LAMBDA_MIRROR",
    "windows": "PATIENT_LAMBDA_WINDOWS",
    "stackId": "PATIENT_LAMBDA_STACK_ID"
  },
  "replayerEnvironment": {
    "table": "PATIENT_LAMBDA_TABLE",
    "store": "PATIENT_LAMBDA_STORE",
    "replay": "PATIENT_LAMBDA_REPLAY",
    "maxConcurrency": "PATIENT_LAMBDA_MAX_CONCURRENCY",
    "rate": "PATIENT_LAMBDA_RATE",
    "keepFinished": "PATIENT_LAMBDA_KEEP_FINISHED"
  },
  "windowSource": [
    "MIRROR",
    "PARAMETER_STORE"
  ],
  "onWindowUnknown": [
    "RUN",
    "DEFER",
    "FAIL"
  ],
  "onUnknownClient": [
    "FAIL",
    "RUN"
  ],
  "handlerLoading": [
    "AFTER_CHECK",
    "AT_ONCE"
  ],
  "coalesceBy": [
    "RULE",
    "PAYLOAD"
  ],
  "layer": {
    "root": "/opt/cdk-patient-lambda",
    "wrapper": "/opt/cdk-patient-lambda/wrapper"
  },
  "parameters": {
    "prefix": "/cdk-patient-lambda/windows/",
    "operator": "operator",
    "planned": "planned"
  },
  "mirror": {
    "tablePrefix": "cdk-patient-lambda-windows-"
  },
  "tag": {
    "store": "cdk-patient-lambda:store",
    "functionKey": "cdk-patient-lambda:function-key",
    "windowStack": "cdk-patient-lambda:stack",
    "windowOwners": "cdk-patient-lambda:owners"
  },
  "events": {
    "eventSource": "cdk-patient-lambda",
    "opened": "Maintenance Window Opened",
    "closed": "Maintenance Window Closed"
  },
  "errors": {
    "windowActive": "MaintenanceWindowActive",
    "windowUnknown": "MaintenanceWindowUnknown",
    "notStored": "EventNotStored",
    "duplicateCheckFailed": "DuplicateCheckFailed",
    "requestNotAnswered": "RequestNotAnswered",
    "replayStoreFailed": "ReplayStoreFailed",
    "gateNotAttached": "GateNotAttached"
  },
  "metrics": {
    "namespace": "CdkPatientLambda",
    "dimension": "FunctionKey",
    "storeDimension": "Store",
    "windowDimension": "Window",
    "deferred": "Deferred",
    "rejected": "Rejected",
    "left": "Left",
    "storeFailed": "StoreFailed",
    "windowStale": "WindowStale",
    "gateMissing": "GateMissing",
    "unrecognizedSource": "UnrecognizedSource",
    "unrecognizedContinuation": "UnrecognizedContinuation",
    "duplicateCheckSkipped": "DuplicateCheckSkipped",
    "replayRefused": "ReplayRefused",
    "replayed": "Replayed",
    "replayFailed": "ReplayFailed",
    "quarantined": "Quarantined",
    "backlog": "Backlog",
    "backlogAge": "BacklogAge",
    "orphaned": "Orphaned",
    "windowOn": "WindowOn",
    "forcedOnAge": "ForcedOnAge",
    "mirrorStale": "MirrorStale"
  },
  "logLevels": {
    "metric": "FATAL",
    "message": "WARN"
  },
  "customResourceTypes": {
    "window": "Custom::CdkPatientLambdaWindow",
    "longRunning": "Custom::LongRunning"
  },
  "annotations": {
    "shortTimeout": "cdk-patient-lambda:shortTimeout",
    "onSuccessSeesDeferrals": "cdk-patient-lambda:onSuccessSeesDeferrals",
    "permissionsGrantedElsewhere": "cdk-patient-lambda:permissionsGrantedElsewhere",
    "noWayToAws": "cdk-patient-lambda:noWayToAws",
    "operatorNotGranted": "cdk-patient-lambda:operatorNotGranted",
    "noFailureDestination": "cdk-patient-lambda:noFailureDestination",
    "runtimeUpdates": "cdk-patient-lambda:runtimeUpdates",
    "triggerTakesMarker": "cdk-patient-lambda:triggerTakesMarker",
    "sdkCallTakesMarker": "cdk-patient-lambda:sdkCallTakesMarker",
    "stateMachineTakesMarker": "cdk-patient-lambda:stateMachineTakesMarker",
    "deploymentHookHeld": "cdk-patient-lambda:deploymentHookHeld",
    "ticksNotCoalesced": "cdk-patient-lambda:ticksNotCoalesced",
    "rollbackUnseen": "cdk-patient-lambda:rollbackUnseen",
    "secretsNotGranted": "cdk-patient-lambda:secretsNotGranted",
    "eventsOfProvider": "cdk-patient-lambda:eventsOfProvider",
    "noHandlerRuntime": "cdk-patient-lambda:noHandlerRuntime",
    "moreResourcesThanExecutions": "cdk-patient-lambda:moreResourcesThanExecutions",
    "noSpareExecution": "cdk-patient-lambda:noSpareExecution",
    "shortServiceTimeout": "cdk-patient-lambda:shortServiceTimeout",
    "completionHeld": "cdk-patient-lambda:completionHeld",
    "messagesNotHidden": "cdk-patient-lambda:messagesNotHidden",
    "eventSourceUnknown": "cdk-patient-lambda:eventSourceUnknown",
    "functionNotSupported": "cdk-patient-lambda:functionNotSupported",
    "functionReplaced": "cdk-patient-lambda:functionReplaced",
    "wrapperNotChained": "cdk-patient-lambda:wrapperNotChained",
    "gateVariableChanged": "cdk-patient-lambda:gateVariableChanged",
    "gateLayerRemoved": "cdk-patient-lambda:gateLayerRemoved",
    "gateTagChanged": "cdk-patient-lambda:gateTagChanged"
  },
  "constructIds": {
    "window": "CdkPatientLambdaWindow",
    "planner": "CdkPatientLambdaPlanner",
    "store": "CdkPatientLambdaStore",
    "replayer": "Replayer",
    "layer": "CdkPatientLambdaLayer",
    "responder": "CdkPatientLambdaResponder",
    "handlerLayer": "CdkPatientLambdaHandlerLayer",
    "provider": "Provider"
  }
} as const;

/** From lambda/contract/maintenance-window/window.json. */
export const WINDOW = {
  "allowedPattern": {
    "operator": "^(auto|on|off|(on|off)-until [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))( *; *[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})|P([0-9]{1,3}D)?(T([0-9]{1,4}H)?([0-9]{1,5}M)?([0-9]{1,6}S)?)?)( *, *[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})|P([0-9]{1,3}D)?(T([0-9]{1,4}H)?([0-9]{1,5}M)?([0-9]{1,6}S)?)?))*)?( *; *[a-z][A-Za-z0-9-]*=[!-\"$-:<-~]+)*( *# *[^\\x00-\\x20\\x7F#][^\\x00-\\x1F\\x7F]{0,119})?$",
    "planned": "^until [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})( *; *[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})|P([0-9]{1,3}D)?(T([0-9]{1,4}H)?([0-9]{1,5}M)?([0-9]{1,6}S)?)?)( *, *[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})|P([0-9]{1,3}D)?(T([0-9]{1,4}H)?([0-9]{1,5}M)?([0-9]{1,6}S)?)?))*)?( *; *[a-z][A-Za-z0-9-]*=[!-\"$-:<-~]+)*$",
    "source": "SSM PutParameter: AllowedPattern of at most 1024 characters"
  },
  "mostCharacters": {
    "value": 4096,
    "source": "SSM: a standard parameter's value is at most 4 KB"
  },
  "mostReasonCharacters": 120
} as const;

/** From lambda/contract/maintenance-window/store.json. */
export const STORE = {
  "table": {
    "partitionKey": "pk",
    "ttl": "expiresAt"
  },
  "index": {
    "name": "backlog",
    "partitionKey": "bpk",
    "sortKey": "bsk",
    "projected": [
      "state",
      "functionKey",
      "requestId",
      "deferredAt",
      "source",
      "rule",
      "target",
      "bodySize",
      "chunks",
      "attempt",
      "dispatches",
      "nextAttempt",
      "lease",
      "token",
      "run"
    ]
  },
  "keys": {
    "event": "<functionKey>#<requestId>",
    "chunk": "<functionKey>#<requestId>#<writeId>#<n>",
    "run": "run#<runId>",
    "leadingKeys": "<functionKey>#*"
  },
  "functionKey": {
    "allowed": "^[A-Za-z0-9._/-]+$",
    "mostCharacters": 64,
    "source": "it is in every key and index entry; no #, which separates the parts of a key, and no * or ?, which policies take for wildcards; run alone begins the keys of runs"
  },
  "states": [
    "WRITING",
    "PENDING",
    "CLAIMED",
    "RUNNING",
    "DONE",
    "QUARANTINED",
    "DISCARDED"
  ],
  "finished": [
    "DONE",
    "DISCARDED"
  ]
} as const;

/** From lambda/contract/maintenance-window/timing.json. */
export const TIMING = {
  "cacheTtlSeconds": {
    "default": 30,
    "least": 1,
    "source": "between a busy environment's share of Parameter Store's 40 requests per second and the time an operator waits"
  },
  "refreshAgeShare": {
    "from": 0.8,
    "to": 1,
    "source": "jitter, never later than the TTL"
  },
  "coldBudgetShareOfTtl": {
    "value": 2,
    "source": "past twice the TTL a read gets the cold budget"
  },
  "lastKnownForTtls": {
    "value": 10,
    "source": "the last known value counts for ten times the TTL"
  },
  "coldReadBudget": {
    "value": 1000,
    "shareOfRemaining": 0.25,
    "source": "one signed GetParameters over a new TLS connection, with room for retries"
  },
  "failedRead": {
    "first": 250,
    "factor": 2,
    "jitterShare": 0.5,
    "source": "after the n-th failure in a row the window is read again after min(cacheTtl, first * factor^(n-1)), less up to the jitter: soon, since what a failure lets pass is not protected, and ever later, since many environments share a quota of 40 requests a second"
  },
  "mirrorReadBudget": {
    "share": 0.5,
    "least": 300,
    "source": "of a read's budget, what the mirror may take before Parameter Store is asked for the rest; at least what a refresh has, all of which is the mirror's: the last known value counts meanwhile"
  },
  "mirrorStaleAfter": {
    "value": 150000,
    "source": "the planner checks each minute: two that failed and half a minute for a third; the mirror's checkedAt is older than this only when the planner does not get through"
  },
  "refreshReadBudget": {
    "value": 300,
    "source": "a kept-alive or new connection within a Region"
  },
  "storeReserve": {
    "value": 200,
    "source": "time kept back from the invocation's deadline to post the answer after the last store attempt"
  },
  "duplicateCheckForSeconds": {
    "default": 900,
    "exact": 21600,
    "source": "Lambda retries function errors after 1 and 2 minutes and throttles for up to 6 hours"
  },
  "fifoVisibilityTimeoutSeconds": {
    "default": 1800,
    "most": 39600,
    "source": "SQS: a message may stay out of sight for 12 hours from its receipt; an hour less, for it was received before the function was invoked"
  },
  "keepFinishedSeconds": {
    "default": 1209600,
    "least": 604800,
    "source": "finished rows stay at least 7 days"
  },
  "settle": {
    "value": 5000,
    "source": "clock skew tolerated between a function and the replayer, on top of cacheTtl"
  },
  "runLeaseGrace": {
    "value": 30000,
    "source": "a run's lease outlives the invocation's own deadline"
  },
  "claimLease": {
    "value": 900000,
    "source": "a pointer may wait in Lambda's asynchronous queue"
  },
  "maxAttempts": {
    "value": 5,
    "source": "four repetitions over some eight minutes of back-off: what still fails then needs a person"
  },
  "maxDispatches": {
    "value": 5,
    "source": "claims that lapse without a start, each 15 minutes long: what never starts in so long needs a person"
  },
  "backoff": {
    "first": 30000,
    "factor": 2,
    "most": 900000,
    "jitterShare": 0.2,
    "source": "delay before attempt n+1 = min(most, first * factor^(n-1)), plus or minus the jitter"
  },
  "unfinishedWrite": {
    "value": 86400000,
    "source": "the sweep removes WRITING rows older than 24 h"
  },
  "retryAfterSeconds": {
    "least": 1,
    "most": 3600,
    "unknownEnd": 300,
    "source": "the Retry-After header of a rejected HTTP request"
  }
} as const;

/** From lambda/contract/maintenance-window/mirror.json. */
export const MIRROR = {
  "key": "pk"
} as const;

/** From lambda/contract/maintenance-window/replay.json. */
export const REPLAY = {
  "limits": {
    "maxConcurrency": {
      "default": 5,
      "above": 0,
      "whole": true,
      "source": "claims and runs live at once: slower than live traffic, so that a drain cannot knock over what was just repaired"
    },
    "rate": {
      "above": 0,
      "whole": false,
      "source": "dispatches a second; no cap where it is absent"
    }
  }
} as const;

/** From lambda/contract/iam.json. */
export const IAM = {
  "function": {
    "parameters": {
      "actions": [
        "ssm:GetParameters"
      ],
      "resources": [
        "<operator parameter>",
        "<planned parameter>"
      ]
    },
    "events": {
      "actions": [
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem"
      ],
      "resources": [
        "<table>"
      ],
      "condition": {
        "ForAllValues:StringLike": {
          "dynamodb:LeadingKeys": [
            "<functionKey>#*"
          ]
        }
      }
    }
  },
  "functionWithMirror": {
    "mirror": {
      "actions": [
        "dynamodb:GetItem"
      ],
      "resources": [
        "<mirror>"
      ],
      "condition": {
        "ForAllValues:StringEquals": {
          "dynamodb:LeadingKeys": [
            "<operator parameter>"
          ]
        }
      }
    }
  },
  "functionWithFifoQueues": {
    "queues": {
      "actions": [
        "sqs:ChangeMessageVisibility"
      ],
      "resources": [
        "<its FIFO queues>"
      ]
    }
  },
  "replayer": {
    "index": {
      "actions": [
        "dynamodb:Query"
      ],
      "resources": [
        "<table>/index/backlog"
      ]
    },
    "table": {
      "actions": [
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem"
      ],
      "resources": [
        "<table>"
      ]
    },
    "functions": {
      "actions": [
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction"
      ],
      "resources": [
        "arn:<partition>:lambda:<region>:<account>:function:*"
      ],
      "condition": {
        "StringEquals": {
          "aws:ResourceTag/cdk-patient-lambda:store": "<store id>"
        }
      }
    },
    "functionsByTag": {
      "actions": [
        "tag:GetResources"
      ],
      "resources": [
        "*"
      ]
    },
    "windows": {
      "actions": [
        "ssm:GetParameters"
      ],
      "resources": [
        "arn:<partition>:ssm:<region>:<account>:parameter/cdk-patient-lambda/windows/*"
      ]
    }
  },
  "planner": {
    "parameters": {
      "actions": [
        "ssm:AddTagsToResource",
        "ssm:DeleteParameter",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:ListTagsForResource",
        "ssm:PutParameter"
      ],
      "resources": [
        "<parameters of its stack's windows>"
      ]
    },
    "mirror": {
      "actions": [
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem"
      ],
      "resources": [
        "<mirror>"
      ]
    },
    "bus": {
      "actions": [
        "events:PutEvents"
      ],
      "resources": [
        "arn:<partition>:events:<region>:<account>:event-bus/default"
      ]
    }
  },
  "ownLogs": {
    "logGroup": {
      "actions": [
        "logs:CreateLogStream",
        "logs:PutLogEvents"
      ],
      "resources": [
        "<own log group>:*"
      ]
    }
  },
  "longRunningFunction": {
    "responder": {
      "actions": [
        "lambda:InvokeFunction"
      ],
      "resources": [
        "<responder>"
      ]
    },
    "stacks": {
      "actions": [
        "cloudformation:DescribeStacks"
      ],
      "resources": [
        "<its stack>",
        "<stacks>"
      ]
    }
  },
  "longRunningFunctionWithSecrets": {
    "secrets": {
      "actions": [
        "secretsmanager:GetSecretValue"
      ],
      "resources": [
        "<secrets>"
      ]
    },
    "keys": {
      "actions": [
        "kms:Decrypt"
      ],
      "resources": [
        "<keys of the secrets>"
      ],
      "condition": {
        "StringEquals": {
          "kms:ViaService": "secretsmanager.<region>.amazonaws.com"
        }
      }
    }
  },
  "longRunningFunctionInVpc": {
    "networkInterfaces": {
      "actions": [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses"
      ],
      "resources": [
        "*"
      ]
    }
  },
  "longRunningSelf": {
    "serviceToken": {
      "actions": [
        "lambda:InvokeFunction"
      ],
      "resources": [
        "<service token>"
      ]
    },
    "responder": {
      "actions": [
        "lambda:InvokeFunction"
      ],
      "resources": [
        "<responder>"
      ]
    }
  },
  "windowOperator": {
    "parameter": {
      "actions": [
        "ssm:GetParameter",
        "ssm:GetParameterHistory",
        "ssm:GetParameters",
        "ssm:PutParameter"
      ],
      "resources": [
        "<operator parameter>"
      ]
    }
  },
  "storeOperator": {
    "index": {
      "actions": [
        "dynamodb:Query"
      ],
      "resources": [
        "<table>/index/backlog"
      ]
    },
    "table": {
      "actions": [
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:UpdateItem"
      ],
      "resources": [
        "<table>"
      ]
    },
    "replayer": {
      "actions": [
        "lambda:InvokeFunction"
      ],
      "resources": [
        "<replayer>"
      ]
    }
  },
  "customerKey": {
    "key": {
      "actions": [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*"
      ],
      "resources": [
        "<key of the table>"
      ],
      "condition": {
        "StringEquals": {
          "kms:ViaService": "dynamodb.<region>.amazonaws.com"
        }
      }
    }
  }
} as const;

/** From lambda/contract/custom-resource/custom-resource.json. */
export const CUSTOM_RESOURCE = {
  "continuationKey": "$longRunningOperation",
  "environment": {
    "serviceTimeout": "PATIENT_LAMBDA_SERVICE_TIMEOUT",
    "pollInterval": "PATIENT_LAMBDA_POLL_INTERVAL",
    "resolveSecrets": "PATIENT_LAMBDA_RESOLVE_SECRETS",
    "publicSecretKeys": "PATIENT_LAMBDA_PUBLIC_SECRET_KEYS",
    "recursiveLoop": "PATIENT_LAMBDA_RECURSIVE_LOOP"
  },
  "times": {
    "serviceTimeoutSeconds": {
      "default": 3600,
      "most": 3600,
      "source": "ServiceTimeout of AWS::CloudFormation::CustomResource: 1 to 3600 s, 3600 when absent"
    },
    "reserve": {
      "most": 60000,
      "shareOfTimeout": 0.2,
      "source": "deadline = start + T - min(60 s, T / 5), so that an answer given at the deadline still finds CloudFormation waiting"
    },
    "margin": {
      "most": 30000,
      "shareOfExecution": 0.2,
      "source": "kept back from an execution's end for an answer or a hop"
    },
    "sleep": {
      "least": 2000,
      "most": 15000,
      "shareOfElapsed": 0.05,
      "source": "without 'after' or a poll interval, min(15, max(2, 5 % of elapsed)) s"
    },
    "pollErrors": {
      "most": 5,
      "source": "the fifth transient error in a row fails the operation"
    },
    "settle": {
      "value": 1000,
      "source": "code that still runs this long after an answer ends with its process"
    },
    "orphanWait": {
      "most": 30000,
      "shareOfRest": 0.5,
      "source": "what a cancelled execution gets to notice and stop, two reads of the stack's status; at most half of what is left to the deadline"
    },
    "stopper": {
      "shareOfMargin": 0.5,
      "shareOfRest": 0.25,
      "source": "onTimeout and onCancel get at most half the margin and a quarter of what CloudFormation still waits"
    },
    "handOver": {
      "unreachableFor": 60000,
      "shareOfRest": 0.5,
      "leastRest": 16000,
      "leastAttempt": 2000,
      "source": "an answer that does not get through is left to the responder while half of what CloudFormation still waits is left, and 16 s: a queue and a cold start of 12 s, and the end of the execution; after silence and network errors within a minute, for the responder is in no VPC"
    },
    "spreadingAccess": {
      "within": 60000,
      "repeatedFor": 45000,
      "source": "a permission of the same deployment takes IAM seconds to spread: AccessDenied within a minute of the request is repeated for 45 s"
    },
    "stackStatus": {
      "every": 15000,
      "budget": 3000,
      "firstBudget": 10000,
      "source": "a cancelled create or update is noticed within about 20 s, at four calls a minute; the first read includes loading the SDK, some 3 s of a function of 128 MB"
    }
  },
  "executions": {
    "most": 12,
    "source": "Lambda stops a chain of functions that call themselves after about 16 invocations"
  }
} as const;

/** From lambda/contract/maintenance-window/coalescing.json. */
export const COALESCING = {
  "tickInputs": {
    "digestCharacters": {
      "value": 12,
      "source": "of base64url over sha256 of the bytes: 72 bits tell a schedule's input, whose rule has the whole hash"
    },
    "most": {
      "value": 64,
      "source": "831 bytes of the 4 KB that all variables of a function share"
    }
  }
} as const;

/** From lambda/contract/maintenance-window/sources.json. */
export const SOURCES = [
  {
    "name": "cloudformation",
    "action": "REJECT",
    "answer": "cloudformation",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cloudformation-macro",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cloudformation-hook",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "s3",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "sns",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "ses",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "codecommit",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "sqs-fifo",
    "action": "LEAVE",
    "answer": "error",
    "allowed": [
      "LEAVE",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "sqs",
    "action": "DEFER",
    "answer": "batch",
    "allowed": [
      "DEFER",
      "LEAVE",
      "RUN"
    ]
  },
  {
    "name": "kinesis",
    "action": "LEAVE",
    "answer": "error",
    "allowed": [
      "LEAVE",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "dynamodb-stream",
    "action": "LEAVE",
    "answer": "error",
    "allowed": [
      "LEAVE",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "kafka",
    "action": "LEAVE",
    "answer": "error",
    "allowed": [
      "LEAVE",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "mq",
    "action": "LEAVE",
    "answer": "error",
    "allowed": [
      "LEAVE",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "documentdb-stream",
    "action": "LEAVE",
    "answer": "error",
    "allowed": [
      "LEAVE",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "pipe",
    "action": "DEFER",
    "answer": "batch",
    "allowed": [
      "DEFER",
      "LEAVE",
      "RUN"
    ]
  },
  {
    "name": "scheduled",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "eventbridge",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cloudwatch-logs",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cloudwatch-alarm",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "config",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cognito-post-confirmation",
    "action": "DEFER",
    "answer": "echo",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cognito-post-authentication",
    "action": "DEFER",
    "answer": "echo",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cognito",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cognito-sync",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "api-gateway-authorizer",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "api-gateway-http-authorizer",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "websocket-disconnect",
    "action": "DEFER",
    "answer": "http",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "websocket",
    "action": "REJECT",
    "answer": "http",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "alb",
    "action": "REJECT",
    "answer": "alb",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "api-gateway-rest",
    "action": "REJECT",
    "answer": "http",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "function-url",
    "action": "REJECT",
    "answer": "http",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "api-gateway-http",
    "action": "REJECT",
    "answer": "http",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "api-gateway-http-v1",
    "action": "REJECT",
    "answer": "http",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "vpc-lattice",
    "action": "REJECT",
    "answer": "http",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "vpc-lattice-v1",
    "action": "REJECT",
    "answer": "http",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "appsync-authorizer",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "appsync-events",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "appsync",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "appsync-batch",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "firehose",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "kinesis-analytics",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "s3-object-lambda",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "s3-batch",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "lex",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "lex-v1",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "connect",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "connect-campaigns",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "bedrock-agent",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "codepipeline",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "codedeploy-hook",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "ecs-deployment-hook",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "secrets-rotation",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "iot-authorizer",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "iot-provisioning",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "transfer",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "client-vpn",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cloudfront",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "alexa",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "alexa-smart-home",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "cloudwatch-widget",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "sagemaker-ground-truth",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "redshift",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "RUN"
    ]
  },
  {
    "name": "workmail",
    "action": "REJECT",
    "answer": "error",
    "allowed": [
      "REJECT",
      "DEFER",
      "RUN"
    ]
  },
  {
    "name": "direct",
    "action": "DEFER",
    "answer": "marker",
    "allowed": [
      "DEFER",
      "REJECT",
      "RUN"
    ]
  }
] as const;

/** From lambda/contract/maintenance-window/sources.json. */
export const HTTP_OPTIONS = {
  "variableBytes": 2048,
  "statusCode": {
    "least": 400,
    "most": 599
  },
  "mostPatterns": 20
} as const;

/** From lambda/contract/maintenance-window/answers.json. */
export const STREAMING = {
  "sources": [
    "function-url",
    "api-gateway-rest"
  ],
  "qualifiers": {
    "unqualified": "$LATEST",
    "version": "$VERSION"
  }
} as const;
