"""What a visitor may read, and how a member comes in."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from allmende.errors import AllmendeError
from allmende.portal.accounts.models import Membership, Person

PUBLIC, MEMBER = "public", "member"


def audiences(visitor: Person | AnonymousUser) -> frozenset[str]:
    """Return the audiences of released tables that are open to a visitor."""
    if isinstance(visitor, Person) and visitor.memberships.exists():
        return frozenset((PUBLIC, MEMBER))
    return frozenset((PUBLIC,))


def municipalities_of(visitor: Person | AnonymousUser) -> frozenset[str]:
    """Return the AGS of the municipalities in which a visitor is a member."""
    return frozenset(visitor.memberships.values_list("ags", flat=True)) if isinstance(visitor, Person) else frozenset()


def set_password(email: str, password: str) -> Person:
    """Give an account a new password and sign it out everywhere; a second factor stays.

    Raises AllmendeError for an address without an account, and for a weak password.
    """
    person = Person.objects.filter(email__iexact=email).first()
    if person is None:
        raise AllmendeError(
            f"{email} has no account.",
            expected="the address of an account",
            todo="Check the spelling, or create the account with `allmende portal create-member`.",
        )
    _check(password, person)
    # sessions hold a mark made of the password's hash: changing it ends them
    person.set_password(password)
    person.save()
    return person


@transaction.atomic
def create_member(email: str, password: str, ags: Iterable[str], known: frozenset[str]) -> Person:
    """Create a person who is a member in municipalities of the region.

    `known` are the AGS of the region. Raises AllmendeError for what is no e-mail address, an address in use, a weak password,
    a foreign AGS.
    """
    wanted = sorted(set(ags))
    strangers = [key for key in wanted if key not in known]
    if strangers or not wanted:
        raise AllmendeError(
            f"Not municipalities of this region: {', '.join(strangers) or 'none given'}.",
            expected=f"one or more of {', '.join(sorted(known))}",
            todo="Correct the AGS.",
        )
    try:
        validate_email(email)
    except ValidationError as error:
        raise AllmendeError(
            f"{email!r} is no e-mail address.", expected="an address such as planung@stadt.example", todo="Correct it."
        ) from error
    if Person.objects.filter(email__iexact=email).exists():
        raise AllmendeError(
            f"{email} has an account already.", expected="an address that is not in use", todo="Choose another."
        )
    _check(password, Person(email=email))
    person = Person.objects.create_user(email, password)
    # whoever sets the account up knows the address; without this mark allauth refuses a second factor
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Membership.objects.bulk_create([Membership(person=person, ags=key) for key in wanted])
    return person


def _check(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise AllmendeError(
            " ".join(error.messages), expected="a password of 12 characters or more that is not common", todo="Choose another."
        ) from error
