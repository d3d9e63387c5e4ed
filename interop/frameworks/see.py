"""Receives the requests on standard input with Flask, Django or Pyramid, and says what
an application gives to the validator of python3-twilio.

One JSON object a line in, one a line out, in order. The way of "way" is the function of
that name below. TLS ends at a proxy, which says so in X-Forwarded-Proto and -Host.
"""

import io
import json
import sys
from urllib.parse import parse_qsl, quote, unquote_to_bytes

import django.conf
from django.core.handlers.wsgi import WSGIRequest
from django.test import override_settings
from flask import Request as FlaskRequest
from pyramid.request import Request as PyramidRequest
from twilio.request_validator import RequestValidator
from webob.multidict import MultiDict
from werkzeug.middleware.proxy_fix import ProxyFix

django.conf.settings.configure(
    ALLOWED_HOSTS=["*"], USE_X_FORWARDED_HOST=True, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    SITE_DOMAIN="example.org")

WAYS = {}


def way(f):
    WAYS[f.__name__] = f
    return f


def pairs(params):
    """The pairs of a multidict of any framework."""
    if hasattr(params, "lists"):  # Werkzeug and Django
        return [(k, v) for k, values in params.lists() for v in values]
    return list(params.items())


def single(params):
    return list(dict(params).items())


def environ(job):
    path, _, query = job["target"].partition("?")
    env = {
        "REQUEST_METHOD": job["method"], "SCRIPT_NAME": job["mount"],
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query,
        "RAW_URI": job["mount"] + job["target"], "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(job["body"].encode()), "CONTENT_LENGTH": str(len(job["body"].encode())),
        "wsgi.errors": sys.stderr, "wsgi.version": (1, 0), "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }
    for name, value in job["headers"]:
        key = name.upper().replace("-", "_")
        env[key if key == "CONTENT_TYPE" else "HTTP_" + key] = value
    return env


# Flask


def flask(env):
    ProxyFix(lambda fixed, _: env.update(fixed), x_proto=1, x_host=1)(dict(env), None)
    return FlaskRequest(env)


def flask_url(r):
    return r.host_url.rstrip("/") + r.environ["RAW_URI"]


@way
def flask_right(env):
    r = flask(env)
    return flask_url(r), pairs(r.form)


@way
def flask_without_proxyfix(env):
    r = FlaskRequest(env)
    return r.url, pairs(r.form)


@way
def flask_proxyfix_without_host(env):
    ProxyFix(lambda fixed, _: env.update(fixed), x_proto=1)(dict(env), None)
    r = FlaskRequest(env)
    return flask_url(r), pairs(r.form)


@way
def flask_request_url(env):
    r = flask(env)
    return r.url, pairs(r.form)


@way
def flask_values(env):
    r = flask(env)
    return flask_url(r), pairs(r.values)


@way
def flask_to_dict(env):
    r = flask(env)
    return flask_url(r), single(r.form.to_dict())


@way
def flask_joined(env):
    r = flask(env)
    return flask_url(r), [(name, ",".join(r.form.getlist(name))) for name in r.form]


@way
def flask_parse_qsl(env):
    r = flask(env)
    return flask_url(r), parse_qsl(r.get_data(as_text=True))


@way
def flask_stripped(env):
    r = flask(env)
    return flask_url(r), [(k, v.strip()) for k, v in pairs(r.form)]


# Django


def django_url(r):
    return r.scheme + "://" + r.get_host() + r.environ["RAW_URI"]


@way
def django_right(env):
    r = WSGIRequest(env)
    return django_url(r), pairs(r.POST)


@way
def django_without_ssl_header(env):
    with override_settings(SECURE_PROXY_SSL_HEADER=None):
        r = WSGIRequest(env)
        return r.build_absolute_uri(), pairs(r.POST)


@way
def django_without_forwarded_host(env):
    with override_settings(USE_X_FORWARDED_HOST=False):
        r = WSGIRequest(env)
        return r.build_absolute_uri(), pairs(r.POST)


@way
def django_build_absolute_uri(env):
    r = WSGIRequest(env)
    return r.build_absolute_uri(), pairs(r.POST)


@way
def django_sites(env):
    r = WSGIRequest(env)
    return "https://" + django.conf.settings.SITE_DOMAIN + r.get_full_path(), pairs(r.POST)


@way
def django_append_slash(env):
    r = WSGIRequest(env)
    return r.build_absolute_uri(r.get_full_path(force_append_slash=True)), pairs(r.POST)


@way
def django_dict(env):
    r = WSGIRequest(env)
    return django_url(r), single(r.POST.dict())


@way
def django_merged(env):
    r = WSGIRequest(env)
    return django_url(r), pairs(r.POST) + pairs(r.GET)


@way
def django_latin1(env):
    r = WSGIRequest(env)
    r.encoding = "latin-1"
    return django_url(r), pairs(r.POST)


# Pyramid


def pyramid(env):
    env["wsgi.url_scheme"] = env["HTTP_X_FORWARDED_PROTO"]  # as PasteDeploy's filter does
    env["HTTP_HOST"] = env["HTTP_X_FORWARDED_HOST"]
    return PyramidRequest(env)


def pyramid_url(r):
    return r.host_url + r.environ["RAW_URI"]


@way
def pyramid_right(env):
    r = pyramid(env)
    return pyramid_url(r), pairs(r.POST)


@way
def pyramid_without_filter(env):
    r = PyramidRequest(env)
    return r.url, pairs(r.POST)


@way
def pyramid_url_of_request(env):
    r = pyramid(env)
    return r.url, pairs(r.POST)


@way
def pyramid_params(env):
    r = pyramid(env)
    return pyramid_url(r), pairs(r.params)


@way
def pyramid_dict(env):
    r = pyramid(env)
    return pyramid_url(r), single(r.POST)


@way
def pyramid_path_info(env):
    r = pyramid(env)
    return r.host_url + quote(r.path_info) + ("?" + r.query_string if r.query_string else ""), pairs(r.POST)


# PHP and Laravel, imitated


def php(env):
    r = pyramid(env)
    return pyramid_url(r), pairs(r.POST)


def sorted_query(url, encode):
    """Symfony's normalizeQueryString."""
    base, _, query = url.partition("?")
    if not encode:
        return base + "?" + "&".join(sorted(query.split("&")))
    decoded = sorted(parse_qsl(query, keep_blank_values=True))
    return base + "?" + "&".join(quote(k, safe="") + "=" + quote(v, safe="-._~") for k, v in decoded)


@way
def laravel_right(env):
    return php(env)


@way
def laravel_without_trustproxies(env):
    url, params = php(env)
    return url.replace("https://", "http://"), params


@way
def laravel_full_url(env):
    url, params = php(env)
    return sorted_query(url, True), params


@way
def laravel_sorted(env):
    url, params = php(env)
    return sorted_query(url, False), params


@way
def laravel_trim_strings(env):
    url, params = php(env)
    return url, [(k, v.strip()) for k, v in params]


@way
def laravel_empty_to_null(env):
    url, params = php(env)
    return url, [(k, v) for k, v in params if v != ""]


@way
def laravel_null_as_text(env):
    url, params = php(env)
    return url, [(k, v if v != "" else "null") for k, v in params]


@way
def laravel_all(env):
    url, params = php(env)
    return url, params + parse_qsl(env["QUERY_STRING"], keep_blank_values=True)


@way
def laravel_all_with_method(env):
    url, params = php(env)
    return url, params + [("_method", "POST")]


@way
def php_post(env):
    """$_POST: dots become underscores."""
    url, params = php(env)
    return url, [(k.replace(".", "_"), v) for k, v in params]


@way
def php_last(env):
    """$_POST: of a repeated name the last stays."""
    url, params = php(env)
    return url, single(params)


@way
def php_path_info(env):
    """$_SERVER['PATH_INFO'] below the folder of index.php."""
    r = pyramid(env)
    return r.host_url + env["PATH_INFO"] + ("?" + r.query_string if r.query_string else ""), pairs(r.POST)


sys.stdin.reconfigure(encoding="utf-8", newline="\n")
sys.stdout.reconfigure(encoding="utf-8", newline="\n")
for line in sys.stdin:
    job = json.loads(line)
    url, params = WAYS[job["way"]](environ(job))
    valid = RequestValidator(job["token"]).compute_signature(url, MultiDict(params)) == job["signature"]
    print(json.dumps({"url": url, "params": params, "body": None, "valid": valid}))
