"""MutatingWebhookConfiguration."""

from __future__ import annotations

from tuik8s.api.kinds.admission.webhooks import rules_for

RULES = rules_for(mutating=True)
