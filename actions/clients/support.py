"""Client of support's internal API (docs/contracts.md §3)."""

from typing import Any, Literal

import requests

TIMEOUT_SECONDS = (0.5, 3.0)


class SupportError(Exception):
    """Support did not answer, or not as agreed. `status` is None when nothing came back."""

    def __init__(self, what: str, status: int | None) -> None:
        super().__init__(f"{what}: HTTP {status}")
        self.what, self.status = what, status


class SupportClient:
    """Thread-safe. Every call raises SupportError when the answer is not the one agreed on."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=32, max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def search(self, query: str, language: str, limit: int) -> list[dict[str, Any]]:
        found = self._call("POST", "/internal/search", json={"query": query, "language": language, "limit": limit})
        return list(found["results"])

    def claim_write(self, row: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
        """Claim a row of the write ledger: (True, row) when it is ours to do, (False, row) when it was claimed."""
        response = self._send("POST", "/internal/writes", json=row)
        return response.status_code == 201, self._body("/internal/writes", response)

    def close_write(self, write_id: str, state: Literal["done", "failed"], request_id: str | None, result: Any) -> None:
        self._call(
            "PATCH", f"/internal/writes/{write_id}", json={"state": state, "request_id": request_id, "result": result}
        )

    def account_context(self, account_id: str, user_id: str, language: str) -> dict[str, Any]:
        """The customer's profile, names of people in the customer's language."""
        params = {"user_id": user_id, "language": language}
        return self._call("GET", f"/internal/accounts/{account_id}/context", params=params)

    def cases(self, account_id: str, user_id: str, limit: int) -> list[dict[str, Any]]:
        found = self._call("GET", f"/internal/accounts/{account_id}/cases", params={"user_id": user_id, "limit": limit})
        return list(found["cases"])

    def case(self, ticket_id: str, account_id: str) -> dict[str, Any] | None:
        """One case, or None when there is none of that account."""
        try:
            return self._call("GET", f"/internal/cases/{ticket_id}", params={"account_id": account_id})
        except SupportError as error:
            if error.status == 404:
                return None
            raise

    def open_case(self, case: dict[str, Any]) -> str:
        return str(self._call("POST", "/internal/cases", json=case)["id"])

    def coverage(self, account_id: str, severity: str, language: str) -> dict[str, Any]:
        """Who would come and by when, names of people in the customer's language."""
        params = {"account_id": account_id, "severity": severity, "language": language}
        return self._call("GET", "/internal/desk/coverage", params=params)

    def _call(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        return self._body(path, self._send(method, path, **kwargs))

    def _send(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        try:
            return self._session.request(method, self._base + path, timeout=TIMEOUT_SECONDS, **kwargs)
        except requests.RequestException as error:
            raise SupportError(f"{method} {path} ({type(error).__name__})", None) from error

    @staticmethod
    def _body(what: str, response: requests.Response) -> dict[str, Any]:
        if not response.ok:
            raise SupportError(what, response.status_code)
        try:
            body = response.json()
        except ValueError as error:
            raise SupportError(what, response.status_code) from error
        if not isinstance(body, dict):
            raise SupportError(what, response.status_code)
        return body
