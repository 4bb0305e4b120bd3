"""Addresses of those who write courses: frames, questions, quizzes and cases. Part of learning/keeping_urls.py."""

from django.urls import path

from .views import writing, writing_cases

urlpatterns = [
    path("keep/courses/new/", writing.course_new, name="course_new"),
    path("keep/courses/<uuid:pk>/edit/", writing.course_edit, name="course_edit"),
    path("keep/courses/<uuid:pk>/questions/new/", writing.question_new, name="question_new"),
    path("keep/questions/<uuid:pk>/", writing.question, name="question"),
    path("keep/questions/<uuid:pk>/edit/", writing.question_edit, name="question_edit"),
    path("keep/questions/<uuid:pk>/do/<slug:name>/", writing.question_do, name="question_do"),
    path("keep/courses/<uuid:pk>/quizzes/", writing.quizzes, name="quizzes"),
    path("keep/courses/<uuid:pk>/quizzes/new/", writing.quiz_new, name="quiz_new"),
    path("keep/quizzes/<uuid:pk>/", writing.quiz, name="quiz"),
    path("keep/courses/<uuid:pk>/cases/", writing_cases.cases, name="cases"),
    path("keep/courses/<uuid:pk>/cases/new/", writing_cases.case_new, name="case_new"),
    path("keep/cases/<uuid:pk>/", writing_cases.case, name="case"),
    path("keep/cases/<uuid:pk>/prompts/new/", writing_cases.prompt_new, name="prompt_new"),
    path("keep/prompts/<uuid:pk>/", writing_cases.prompt, name="prompt"),
    path("keep/prompts/<uuid:pk>/remove/", writing_cases.prompt_remove, name="prompt_remove"),
]
