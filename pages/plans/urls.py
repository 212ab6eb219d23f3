from django.urls import URLPattern, path

from pages.plans import files, parts, removals, reviews, views

PLAN = "plans/<uuid:pk>/"
GOAL = f"{PLAN}goals/<uuid:goal>/"
ACT = f"{PLAN}actions/<uuid:act>/"
MILESTONE = f"{PLAN}milestones/<uuid:milestone>/"
FILE = f"{PLAN}files/<uuid:comparisonfile>/"
REVIEW = f"{PLAN}reviews/<uuid:planreview>/"

urlpatterns: list[URLPattern] = [
    path("plans/", views.plans, name="plans"),
    path("plans/new/", views.plan_new, name="plan_new"),
    path(PLAN, views.plan, name="plan"),
    path(f"{PLAN}edit/", views.plan_edit, name="plan_edit"),
    path(f"{PLAN}adopt/", views.plan_adopt, name="plan_adopt"),
    path(f"{PLAN}close/", views.plan_close, name="plan_close"),
    path(f"{PLAN}reopen/", views.plan_reopen, name="plan_reopen"),
    path(f"{PLAN}discard/", views.plan_discard, name="plan_discard"),
    path(f"{PLAN}example/", views.plan_example, name="plan_example"),
    path(f"{PLAN}goals/new/", parts.plan_goal_new, name="plan_goal_new"),
    path(GOAL, parts.plan_goal, name="plan_goal"),
    path(f"{GOAL}actions/new/", parts.plan_action_new, name="plan_action_new"),
    path(f"{GOAL}indicators/new/", parts.plan_indicator_new, name="plan_indicator_new"),
    path(ACT, parts.plan_action, name="plan_action"),
    path(f"{ACT}edit/", parts.plan_action_edit, name="plan_action_edit"),
    path(f"{ACT}status/", parts.plan_action_status, name="plan_action_status"),
    path(f"{ACT}evidence/", parts.plan_action_evidence, name="plan_action_evidence"),
    path(f"{ACT}milestones/new/", parts.plan_milestone_new, name="plan_milestone_new"),
    path(f"{ACT}partners/new/", parts.plan_partner_new, name="plan_partner_new"),
    path(MILESTONE, parts.plan_milestone, name="plan_milestone"),
    path(f"{MILESTONE}tick/", parts.plan_milestone_tick, name="plan_milestone_tick"),
    path(f"{MILESTONE}drop/", parts.plan_milestone_drop, name="plan_milestone_drop"),
    path(f"{PLAN}partners/<uuid:partner>/", parts.plan_partner, name="plan_partner"),
    path(
        f"{PLAN}partners/<uuid:partner>/withdraw/", parts.plan_partner_withdraw, name="plan_partner_withdraw"
    ),
    path(f"{PLAN}indicators/<uuid:indicator>/", parts.plan_indicator, name="plan_indicator"),
    path(f"{PLAN}indicators/<uuid:indicator>/values/new/", parts.plan_value_new, name="plan_value_new"),
    path(f"{PLAN}reviews/new/", reviews.plan_review_new, name="plan_review_new"),
    path(REVIEW, reviews.plan_review, name="plan_review"),
    path(f"{REVIEW}edit/", reviews.plan_review_edit, name="plan_review_edit"),
    path(f"{REVIEW}voices/new/", reviews.plan_voice_new, name="plan_voice_new"),
    path(f"{REVIEW}sign/", reviews.plan_review_sign, name="plan_review_sign"),
    path("plans/take/<uuid:agreed>/", removals.plan_take, name="plan_take"),
    path(f"{GOAL}remove/", removals.plan_goal_remove, name="plan_goal_remove"),
    path(f"{ACT}remove/", removals.plan_action_remove, name="plan_action_remove"),
    path(
        f"{ACT}evidence/<uuid:evidence>/remove/", removals.plan_evidence_remove, name="plan_evidence_remove"
    ),
    path(f"{MILESTONE}remove/", removals.plan_milestone_remove, name="plan_milestone_remove"),
    path(
        f"{PLAN}indicators/<uuid:indicator>/remove/",
        removals.plan_indicator_remove,
        name="plan_indicator_remove",
    ),
    path(f"{PLAN}partners/<uuid:partner>/remove/", removals.plan_partner_remove, name="plan_partner_remove"),
    path(f"{REVIEW}voices/<uuid:voice>/remove/", removals.plan_voice_remove, name="plan_voice_remove"),
    path(f"{PLAN}compare/", files.plan_compare, name="plan_compare"),
    path(f"{PLAN}files/", files.plan_files, name="plan_files"),
    path(FILE, files.plan_file, name="plan_file"),
    path(f"{FILE}plan-comparison.json", files.plan_file_download, name="plan_file_download"),
    path(f"{REVIEW}discard/", reviews.plan_review_discard, name="plan_review_discard"),
]
