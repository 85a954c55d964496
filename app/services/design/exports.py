"""Giving processes out: files that open in the desktop modeler, and what it needs for ours."""

from __future__ import annotations

import json
from dataclasses import replace

from app import engine
from app.domain.people import Actor
from app.engine.converting import exported
from app.services import diagrams, rule_sets
from app.services.design import archives, drafts, sealed
from app.services.design.desktop_templates import Words, templates
from app.services.design.overview import require_designer
from app.services.diagrams import Bundle

_README = """# {name}：桌面建模器配置包

本包让桌面版 Camunda Modeler（5.x，Camunda 7 模式）按销号台的目录绘制流程。

## 安装

任选一种：

1. 只用于本流程：解压到任一文件夹，用 Camunda Modeler 打开其中的 `{key}.bpmn`。
   同一文件夹下的 `.camunda/element-templates/xiaohao.json` 会自动读取。
2. 用于所有流程：把 `.camunda/element-templates/xiaohao.json` 复制到下列文件夹（没有就新建），
   然后重新启动 Camunda Modeler：
   - Windows：`%APPDATA%\\camunda-modeler\\resources\\element-templates`
   - macOS：`~/Library/Application Support/camunda-modeler/resources/element-templates`
   - Linux：`~/.config/camunda-modeler/resources/element-templates`

`.camunda` 是隐藏文件夹，看不到时请打开“显示隐藏的项目”。

## 使用

- 选中任务，在右侧“Template”处点“Select”，选以“销号台·”开头的模板：
  人工任务选“销号台·人工任务”，再选办理角色和表单；服务任务选要系统做的动作，再填参数。
- 期限：在任务上加定时边界事件，选“销号台·期限 …”，时长填模板说明中的写法，如 `workdays(10)`。
- 流转条件写成 `${{approved == "yes"}}`，只能比较和做简单运算。
- 表单在 `forms` 文件夹，决策表是 `.dmn` 文件，都可以用 Camunda Modeler 打开修改。

## 送回

把改好的 `.bpmn`、`.form`、`.dmn` 压缩成一个 `.zip`，在销号台“流程设计 → 导入”上传。
系统先列出换算了什么、有什么问题，由您确认后成为草稿。
"""


def drawing(key: str, version: int | None = None) -> str:
    """Return a drawing as the desktop modeler opens it; by default of the draft.

    Raises:
        NotFound: there is no such process, or no such version.
        InvalidDiagram: the draft holds what is no XML.
    """
    return exported(drafts.bundle(key, version).xml)


def archive(key: str, version: int | None = None) -> bytes:
    """Return a drawing with its forms and tables as files of the desktop modeler, zipped.

    Raises:
        NotFound: there is no such process, or no such version.
        InvalidDiagram: the draft holds what is no XML.
    """
    return archives.packed(sealed.files_of(_for_desktop(key, version)))


def _for_desktop(key: str, version: int | None = None) -> Bundle:
    bundle = drafts.bundle(key, version)
    forms = {name: {**form, "id": name} for name, form in bundle.forms.items()}
    return replace(bundle, xml=exported(bundle.xml), forms=forms)


def desktop_pack(key: str, actor: Actor, *, notices: Words, words: Words) -> bytes:
    """Return a process with all that the desktop modeler needs to draw it our way, zipped.

    Raises:
        NotAllowed: the actor neither draws nor judges what was drawn.
        NotFound: there is no such process.
        InvalidDiagram: the draft holds what is no XML.
    """
    require_designer(actor)
    bundle = _for_desktop(key)
    limits = rule_sets.of_actor(actor).limits.values()
    offered = templates(bundle.forms, limits, notices=notices, words=words)
    text = json.dumps(offered, ensure_ascii=False, indent=1)
    files = {
        "README.md": _README.format(key=key, name=engine.process_name(bundle.xml) or key).encode(),
        ".camunda/element-templates/xiaohao.json": text.encode(),
    }
    return archives.packed(files | sealed.files_of(bundle))


def signed_bundle(key: str, version: int, actor: Actor | None) -> bytes:
    """Return a version with our office's signature; without an actor, at the console.

    Raises:
        NotAllowed: the actor neither draws nor judges what was drawn.
        NotFound: there is no such version.
        WrongStage: nobody has approved it.
    """
    if actor is not None:
        require_designer(actor)
    content = drafts.bundle(key, version)
    return sealed.seal(diagrams.get(key, version), content, actor)
