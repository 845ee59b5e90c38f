"""Stripe's twin: a process that keeps Stripe's published contract for what we use, and goes wrong on request.

It knows nothing of the service. Run `python -m care_console.service.gateways.cards.twin --help`.
"""
