"""The reviews, by resource id."""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.reviews import access, bindings, rules, subjects
from tuik8s.components.apiserver.reviews.base import Review

_AUTHENTICATION: Final = "authentication.k8s.io"
_AUTHORIZATION: Final = "authorization.k8s.io"

REVIEWS: Final[dict[str, Review]] = {
    "bindings": bindings.review,
    f"selfsubjectreviews.{_AUTHENTICATION}": subjects.review_self,
    f"tokenreviews.{_AUTHENTICATION}": subjects.review_token,
    f"selfsubjectaccessreviews.{_AUTHORIZATION}": access.review_self,
    f"selfsubjectrulesreviews.{_AUTHORIZATION}": rules.review_rules,
    f"subjectaccessreviews.{_AUTHORIZATION}": access.review_subject,
    f"localsubjectaccessreviews.{_AUTHORIZATION}": access.review_subject,
}
