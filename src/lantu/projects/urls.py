from django.urls import path

from lantu.projects.views import detail, editing, imports, listing

app_name = "projects"
urlpatterns = [
    path("", listing.project_list, name="list"),
    path("export.xlsx", listing.export, name="export"),
    path("search/", listing.search, name="search"),
    path("new/", editing.register, name="new"),
    path("import/", imports.upload, name="import"),
    path("import/template.xlsx", imports.template, name="import_template"),
    path("import/<int:pk>/", imports.run_page, name="import_run"),
    path("import/<int:pk>/apply/", imports.apply, name="import_apply"),
    path("import/<int:pk>/marked.xlsx", imports.marked, name="import_marked"),
    path("<str:code>/", detail.detail, name="detail"),
    path("<str:code>/months/", detail.months, name="months"),
    path("<str:code>/edit/", editing.edit, name="edit"),
    path("<str:code>/month/", editing.month, name="month"),
    path("<str:code>/place/", editing.place, name="place"),
    path("<str:code>/parties/", editing.parties, name="parties"),
    path("<str:code>/code/", editing.new_code, name="code"),
    path("<str:code>/year/", editing.year_plan, name="year"),
]
