"""Settings of the portal, from the environment; every default is safe and works on one machine.

ALLMENDE_PUBLIC (public folder of releases), ALLMENDE_STATE (folder of database, session key, static files),
ALLMENDE_DATABASE (URL), ALLMENDE_SECRET_KEY, ALLMENDE_HOSTS (comma-separated), ALLMENDE_HTTPS (1 behind TLS),
ALLMENDE_BASEMAP (off, basemap.de), ALLMENDE_OPERATOR (TOML file: what imprint, privacy and accessibility pages say).
"""

from __future__ import annotations

import secrets
from os import environ
from pathlib import Path

from csp.constants import NONE, SELF

from allmende.portal.environment import BASEMAPS, database, flag, listed

HERE = Path(__file__).resolve().parent

ALLMENDE_PUBLIC = Path(environ.get("ALLMENDE_PUBLIC", "public"))
ALLMENDE_STATE = Path(environ.get("ALLMENDE_STATE", "portal-state"))
ALLMENDE_OPERATOR = Path(environ["ALLMENDE_OPERATOR"]) if "ALLMENDE_OPERATOR" in environ else None
ALLMENDE_BASEMAP = BASEMAPS[environ.get("ALLMENDE_BASEMAP", "off")]
HTTPS = flag("ALLMENDE_HTTPS")

DEBUG = False
# without a key sessions last as long as the process; `allmende portal serve` keeps one in the state folder
SECRET_KEY = environ.get("ALLMENDE_SECRET_KEY") or secrets.token_urlsafe(48)
ALLOWED_HOSTS = listed("ALLMENDE_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "allmende.portal.apps.Portal",
    "allmende.portal.accounts",
    "allmende.portal.evidence",
    "allmende.portal.pages",
    "allmende.portal.outlook",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allmende.portal.middleware.SayWhatToDo",
]

ROOT_URLCONF = "allmende.portal.urls"
WSGI_APPLICATION = "allmende.portal.wsgi.application"
DATABASES = {"default": database(environ.get("ALLMENDE_DATABASE", f"sqlite:///{ALLMENDE_STATE / 'portal.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "allmende.portal.context.portal",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "allmende.portal.templatetags.portal"],
        },
    }
]

LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ALLMENDE_STATE / "static"
STATICFILES_DIRS = [HERE / "static"]
_collected = (STATIC_ROOT / "staticfiles.json").is_file()
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_MIMETYPES = {".mjs": "text/javascript"}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected or flag("ALLMENDE_COLLECT")
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "start"
ACCOUNT_ADAPTER = "allmende.portal.accounts.adapter.ByInvitation"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "start"
# the portal sends no mail: who forgot a password asks the operator, as the page says
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
# lock-out: allauth counts failed tries per address and per account in the cache, which all workers share; behind TLS the
# proxy says whose address
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(ALLMENDE_STATE / "counters")}
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Allmende"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}

CSRF_FAILURE_VIEW = "allmende.portal.pages.views.expired"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_map_hosts = [ALLMENDE_BASEMAP.host] if ALLMENDE_BASEMAP else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:", *_map_hosts],
        "connect-src": [SELF, *_map_hosts],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
