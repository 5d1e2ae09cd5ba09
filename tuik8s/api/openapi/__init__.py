"""OpenAPI documents of the kinds that are served: version 3 as JSON, version 2 as protobuf.

    documents = Documents(kinds)
    documents.index()                    GET /openapi/v3
    documents.get("apis/apps/v1")        GET /openapi/v3/apis/apps/v1 (None: not served)
    documents.etag("apis/apps/v1")       its hash, as in the index
    documents.v2()                       GET /openapi/v2, content type `V2_CONTENT_TYPE`

Documents are built when asked for and kept until the set of kinds changes. `schemas` turns
compiled schemas back into OpenAPI, `paths` writes operations, `descriptions` reads the prose of
the installed lightkube-models, `gnostic` writes the protobuf of version 2.

Source: k8s.io/kube-openapi (builder3, handler3), compared with golden/documents; wire.md 2.8.
"""

from tuik8s.api.openapi.documents import V2_CONTENT_TYPE, Documents

__all__ = ["V2_CONTENT_TYPE", "Documents"]
